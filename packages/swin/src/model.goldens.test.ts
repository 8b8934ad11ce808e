// Parity with timm, and with transformers where it pads in another order: logits, every tap and every gradient of tiny models with
// each option of the family.
import { reshape, slice, tensor } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { expectGoldenGradients, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

const exact = { rtol: 1e-4, atol: 1e-5 };

/** Our path of what timm's model shows under another. */
function ours(path: string): string {
  return path.replace(/\.attn_mask$/, ".attn.mask");
}

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("has timm's windows, shifted and not", async () => {
    const { model, timm } = await loaded(name);
    for (const [path, { window, shift }] of Object.entries(timm.blocks)) {
      const attention = model.modules().get(`${path}.attn`) as unknown as { config: { windows: object } };
      expect(attention.config.windows, path).toEqual({ window, shift, padFirst: false });
    }
    model.dispose();
  });

  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/");
    expect(taps.length).toBeGreaterThan(7);
    const seen = capture(model, images, [...taps.map(([path]) => ours(path)), ""]);
    for (const [path, value] of taps)
      await expect(reshape(seen[ours(path)]!, value.shape), path).toBeAllClose(value, exact);
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    await expectGoldenGradients(goldens, model, images, exact);
    model.dispose();
  });

  test("gives the stages' maps as its pyramid", async () => {
    const { goldens, model, images } = await loaded(name);
    for (const [stage, map] of model.featureMaps(images).entries())
      await expect(map, `${stage}`).toBeAllClose(goldens.get(`tap/layers.${stage}`), exact);
    model.dispose();
  });
});

test("maps that are padded before they are shifted give transformers' logits", async () => {
  const { goldens, model, images } = await loaded("swin_pad", { windowRule: "huggingface" });
  await expect(model.forward(images)).toBeAllClose(goldens.get("logits_pad_then_shift"), exact);
  model.dispose();
});

test.each(["swin", "swin_pad", "swinv2"] as const)(
  "a batch of %s gives the same as its pictures one by one",
  async (name) => {
    const { model, images } = await loaded(name);
    const both = (await model.forward(images).data()) as Float32Array;
    const second = slice(images, [1, 0, 0, 0], [1, -1, -1, -1]);
    await expect(model.forward(second)).toBeAllClose(tensor(both.slice(10), [1, 10]), exact);
    model.dispose();
  },
);
