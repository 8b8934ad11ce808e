// Parity with transformers (version 1) and timm (version 2): logits, every tap and every gradient of tiny models; pictures that the
// reductions do not divide, and resized positions.
import { type Tensor, type Tensor4D, reshape, slice, tensor } from "@tensorflow/tfjs-core";
import { capture } from "@tessera/core";
import { channelsLast, expectGoldenGradients, restore, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";

const exact = { rtol: 1e-4, atol: 1e-5 };

/** Version 1's embeddings are seen with their positions and the class token, which here have a path of their own. */
const pathOf = (tap: string) => tap.replace(/^patch_embed(?=\d$)/, "pos_embed");

const isMap = (tap: string, { rank }: Tensor) => rank === 4 && /^stages\.\d$/.test(tap);

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives the reference's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives its intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/");
    expect(taps.length).toBeGreaterThanOrEqual(9);
    const seen = capture(model, images, [...taps.map(([path]) => pathOf(path)), ""]);
    for (const [path, value] of taps) {
      const expected = isMap(path, value) ? channelsLast(value) : value;
      await expect(seen[pathOf(path)]!, path).toBeAllClose(expected, exact);
    }
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives its gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    await expectGoldenGradients(goldens, model, images, exact);
    model.dispose();
  });

  test("a batch gives the same as its pictures one by one", async () => {
    const { model, images } = await loaded(name);
    const both = (await model.forward(images).data()) as Float32Array;
    const first = slice(images, [0, 0, 0, 0], [1, -1, -1, -1]);
    await expect(model.forward(first)).toBeAllClose(tensor(both.slice(0, 10), [1, 10]), exact);
    model.dispose();
  });
});

describe("version 1 with the authors' epsilons", () => {
  test("gives the authors' logits, which transformers' epsilon does not", async () => {
    const { goldens, model, images } = await loaded("pvt_v1", { epsilon: undefined });
    const close = { rtol: 1e-6, atol: 3e-6 };
    await expect(model.forward(images)).toBeAllClose(goldens.get("official/logits"), close);
    await expect(model.forward(images)).not.toBeAllClose(goldens.get("logits"), close);
    model.dispose();
  });

  test("resizes its positions for another picture as the authors do", async () => {
    const { goldens, model } = await loaded("pvt_v1", { epsilon: undefined });
    const images = channelsLast(restore(goldens.get("rect/input")));
    await expect(model.forward(images)).toBeAllClose(goldens.get("rect/official_logits"), exact);
    model.dispose();
  });

  test("loads tables of another grid resized, once and for all", async () => {
    const { model: small } = await loaded("pvt_v1");
    const { goldens, model: large } = await loaded("pvt_v1", { imageSize: [96, 64] });
    const images = channelsLast(restore(goldens.get("rect/input")));
    await expect(large.forward(images)).toBeAllClose(small.forward(images), exact);
    expect(large.params().get("pos_embed4")!.shape).toEqual([1, 7, 64]);
    for (const model of [small, large]) model.dispose();
  });
});

describe.each(["pvt_v2", "pvt_v2_li"] as const)("%s on a picture that its reductions do not divide", (name) => {
  test("gives timm's logits and maps", async () => {
    const { goldens, model } = await loaded(name);
    const images = channelsLast(restore(goldens.get("rect/input")));
    await expect(model.forward(images)).toBeAllClose(goldens.get("rect/logits"), exact);
    const maps = model.featureMaps(images);
    for (const [i, map] of maps.entries()) {
      const expected = channelsLast(restore(goldens.get(`rect/tap/stages.${i}`)));
      await expect(map, String(i)).toBeAllClose(expected, exact);
    }
    model.dispose();
  });
});

test("version 1's feature maps are the stages' tokens in their places, without the class token", async () => {
  const { goldens, model, images } = await loaded("pvt_v1");
  const maps = model.featureMaps(images);
  expect(maps.map(({ shape }) => shape)).toEqual([
    [2, 16, 16, 8],
    [2, 8, 8, 16],
    [2, 4, 4, 40],
    [2, 2, 2, 64],
  ]);
  for (const [i, map] of maps.entries()) {
    const tokens = restore(goldens.get(`tap/block${i + 1}`));
    const patches = slice(tokens, [0, i === 3 ? 1 : 0, 0]);
    await expect(map).toBeAllClose(reshape(patches, map.shape) as Tensor4D, exact);
  }
  model.dispose();
});
