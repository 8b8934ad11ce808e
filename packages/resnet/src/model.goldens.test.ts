// Parity with timm: logits, every tap, every gradient and the running statistics of tiny models with each option of the family.
import { type Tensor, slice, tensor } from "@tensorflow/tfjs-core";
import { type Context, capture } from "@tessera/core";
import { channelsLast, expectGoldenGradients, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

const exact = { rtol: 1e-4, atol: 1e-5 };

async function expectTimmsGradients(name: GoldenName, ctx: Context): Promise<void> {
  const { goldens, model, images } = await loaded(name);
  await expectGoldenGradients(goldens, model, images, { ...exact, ctx });
  model.dispose();
}

describe.each((Object.keys(files) as GoldenName[]).filter((name) => name !== "resnet_train"))("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/");
    expect(taps).toHaveLength(6);
    const seen = capture(model, images, [...taps.map(([path]) => path), ""]);
    for (const [path, value] of taps)
      await expect(seen[path]!, path).toBeAllClose(value.rank === 4 ? channelsLast(value) : value, exact);
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    await expectTimmsGradients(name, {});
  });
});

describe("while training", () => {
  test("gives timm's logits, and its running statistics afterwards", async () => {
    const { goldens, model, images } = await loaded("resnet_train");
    await expect(model.forward(images, { training: true })).toBeAllClose(goldens.get("logits"), exact);
    const state = model.state();
    const after = restoredUnder(goldens, "after/buffers/");
    expect(after.length).toBe(state.size - model.params().size);
    for (const [path, value] of after) await expect(state.get(path)!.value as Tensor, path).toBeAllClose(value, exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    await expectTimmsGradients("resnet_train", { training: true });
  });
});

test("a batch gives the same as its pictures one by one", async () => {
  const { model, images } = await loaded("resnet_bottleneck");
  const both = (await model.forward(images).data()) as Float32Array;
  const first = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
  await expect(model.forward(first)).toBeAllClose(tensor(both.slice(0, 10), [1, 10]), exact);
});
