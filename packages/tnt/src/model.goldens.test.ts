// Parity with timm: logits, every tap and every gradient of tiny models with each option of the family.
import { type Tensor, mul, slice, sum, variableGrads } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

const exact = { rtol: 1e-4, atol: 1e-5 };
/** Sums over all pixels behind norms of four values: PyTorch's own float32 is up to 5.6e-5 off here. */
const rounded = { ...exact, atol: 3e-5 };

/** A block of timm gives words and tokens, and what was stored of it are the words. */
function pathOf(tap: string): string {
  return /^blocks\.\d+$/.test(tap) ? `${tap}.words` : tap;
}

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = [...goldens.tensors.keys()].filter((key) => key.startsWith("tap/")).map((key) => key.slice(4));
    expect(taps).toHaveLength(6);
    const seen = capture(model, images, [...taps.map(pathOf), ""]);
    for (const tap of taps) await expect(seen[pathOf(tap)]!).toBeAllClose(goldens.get(`tap/${tap}`), exact);
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    const probe = restore(goldens.get("probe"));
    const { grads } = variableGrads(() => sum(mul(model.forward(images), probe)));
    const expected = [...goldens.tensors.keys()].filter((key) => key.startsWith("grads/")).map((key) => key.slice(6));
    expect([...model.params().keys()].sort()).toEqual(expected.sort());
    for (const [path, param] of model.params()) {
      const tolerance = path === "pixel_embed.proj.weight" ? rounded : exact;
      await expect(grads[param.value.name] as Tensor).toBeAllClose(goldens.get(`grads/${path}`), tolerance);
    }
    model.dispose();
  });
});

test("a batch gives the same as its pictures one by one", async () => {
  const { model, images } = await loaded("tnt");
  const both = model.forward(images);
  for (let picture = 0; picture < images.shape[0]; picture++) {
    const alone = model.forward(slice(images, [picture, 0, 0, 0], [1, -1, -1, -1]));
    await expect(alone).toBeAllClose(slice(both, [picture, 0], [1, -1]), exact);
  }
});
