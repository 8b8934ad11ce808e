// Behaviour beyond family.test.ts: what the network is made of, step by step, and how it starts.
import { type Tensor4D, add, maxPool as pool, mean, reshape, slice, square, tidy } from "@tensorflow/tfjs-core";
import { activate, capture, initFromImages, summarize } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { createAirbench } from "./create.ts";
import { Airbench } from "./model.ts";

const narrow = { widths: [8, 8, 8] } as const;
const pictures = (side = 32) => seeded(side).normals([3, side, side, 3]) as Tensor4D;

test("airbench94 has the published grids and multiply-adds", () => {
  const { layers, macs } = summarize(createAirbench("airbench94"), [1, 32, 32, 3]);
  const shapes = Object.fromEntries(layers.map(({ path, shape }) => [path, shape]));
  expect(shapes).toMatchObject({
    whiten: [1, 31, 31, 24],
    "groups.0": [1, 15, 15, 64],
    "groups.1": [1, 7, 7, 256],
    "groups.2": [1, 3, 3, 256],
    head: [1, 10],
  });
  const convolutions =
    961 * (288 + 24 * 64 * 9) + 225 * (64 * 64 * 9 + 64 * 256 * 9) + 49 * 2 * 256 * 256 * 9 + 9 * 256 * 256 * 9;
  expect(macs).toBe(convolutions + 2560);
});

test("a group convolves, pools, normalises and activates in the published order", async () => {
  const model = createAirbench("airbench96", { imageSize: 16, ...narrow }).init(1);
  const [paths, images] = [["conv1", "norm1", "conv2", "norm2", "conv3", "norm3"], pictures(16)];
  const seen = capture(model, images, paths.map((path) => `groups.0.${path}`).concat("groups.0"));
  const at = (path: string) => seen[`groups.0.${path}`] as Tensor4D;
  const group = model.groups[0]!;
  const start = tidy(() => activate(group.norm1.forward(pool(at("conv1"), 2, 2, "valid")), "gelu"));
  await expect(group.conv2.forward(start)).toBeAllClose(at("conv2"));
  await expect(group.conv3!.forward(activate(at("norm2"), "gelu"))).toBeAllClose(at("conv3"));
  const sum = tidy(() => activate(add(at("norm3"), start), "gelu"));
  await expect(seen["groups.0"]!).toBeAllClose(sum);
});

test("the first outputs of a convolution hand its inputs on at the start", async () => {
  const model = createAirbench("airbench_small", { widths: [32, 32, 32] }).init(1);
  const { conv1 } = model.groups[0]!;
  const x = seeded(1).normals([1, 5, 5, 24]) as Tensor4D;
  await expect(slice(conv1.forward(x), [0, 0, 0, 0], [1, 5, 5, 24])).toBeAllClose(x);
});

test("filters come from the pictures, and stay while it trains", async () => {
  const model = createAirbench("airbench_small", narrow).init(1);
  const images = pictures();
  await initFromImages(model, images);
  const whitened = reshape(model.whiten.forward(images), [-1, 24]);
  const variance = (await mean(square(whitened), 0).data()) as Float32Array;
  for (const value of variance) expect(value).toBeCloseTo(1, 2);
  expect(model.params().has("whiten.weight")).toBe(false);
  expect(model.state().has("whiten.weight")).toBe(true);
});

test("other sizes are taken, too small ones refused", () => {
  const model = createAirbench("airbench_small", narrow).init(1);
  expect(model.forward(pictures(48)).shape).toEqual([3, 10]);
  expect(() => model.forward(pictures(8))).toThrow("Airbench: expected an image of at least 9×9, got 8×8");
  expect(() => new Airbench({ ...model.config, imageSize: 8 })).toThrow("Airbench: expected an image of at least 9×9");
});

test("layers for rates that differ by layer, and a new head", async () => {
  const model = createAirbench("airbench_small", narrow).init(1);
  const layers = new Set([...model.params().keys()].map((path) => model.layerOf(path)));
  expect([...layers]).toEqual([0, 1, 2, 3, 4]);
  const images = pictures();
  expect(model.resetHead(4, 1).forward(images).shape).toEqual([3, 4]);
  await expect(model.resetHead(0).forward(images)).toBeAllClose(model.embed(images));
});
