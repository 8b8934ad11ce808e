// What goldens do not say: pictures of any size, checkpoints of other models, rates, drop path and dropout.
import { type Tensor4D, memory, tidy } from "@tensorflow/tfjs-core";
import { Random, ShapeError, TesseraError } from "@tessera/core";
import { checkpointOf, readFixture, seeded, storedTensor } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { SwinConfig } from "./config.ts";
import { createSwin } from "./create.ts";
import { Swin } from "./model.ts";

const small: SwinConfig = {
  imageSize: 16,
  patchSize: 2,
  width: 8,
  depths: [2, 2],
  heads: [1, 2],
  windowSize: 4,
  classes: 3,
};

const noise = (height: number, width: number) => seeded(3).normals([2, height, width, 3]) as Tensor4D;

describe.each([1, 2] as const)("version %d takes pictures of any size", (version) => {
  test.each([
    [2, 2], // of one patch, smaller than a window
    [6, 10],
    [26, 14],
    [32, 48],
  ])("%d × %d", async (height, width) => {
    using model = new Swin({ ...small, version }).init(1);
    const images = noise(height, width);
    const shapes = model.featureMaps(images).map(({ shape }) => shape);
    const [rows, columns] = [height / 2, width / 2];
    expect(shapes).toEqual([
      [2, rows, columns, 8],
      [2, Math.ceil(rows / 2), Math.ceil(columns / 2), 16],
    ]);
    expect([...(await model.forward(images).data())].every(Number.isFinite)).toBe(true);
  });

  test("but not of parts of patches, unless its rule pads them", async () => {
    using model = new Swin({ ...small, version }).init(1);
    const images = noise(15, 16);
    const { numTensors } = memory();
    expect(() => model.forward(images)).toThrow(ShapeError);
    expect(() => model.forward(images)).toThrow(
      "PatchEmbed: expected an image size divisible by the patch 2×2, got 15×16; resize or crop it",
    );
    expect(memory().numTensors).toBe(numTensors);
    using padding = new Swin({ ...small, version, windowRule: "huggingface" }).init(1);
    expect(padding.featureMaps(images).map(({ shape }) => shape.slice(1, 3))).toEqual([
      [8, 8],
      [4, 4],
    ]);
  });
});

describe("a config is refused", () => {
  test.each<[Partial<SwinConfig>, string]>([
    [{ depths: [] }, "Swin: expected depths of at least one stage, got none"],
    [{ heads: [1, 2, 4] }, "Swin: expected heads of each of the 2 stages, got [1, 2, 4]"],
    [{ windowSize: [4] }, "Swin: expected windowSize of each of the 2 stages, got [4]"],
    [{ version: 2, pretrainedWindows: [4] }, "Swin: expected pretrainedWindows of each of the 2 stages, got [4]"],
    [{ windowSize: 0 }, "Swin: expected windows of whole tokens, got 0"],
    [{ heads: [3, 2] }, "WindowAttention: expected a width divisible by heads, got 8 / 3"],
    [{ version: 2, heads: [3, 2] }, "CosineAttention: expected a width divisible by heads, got 8 / 3"],
  ])("%o", (change, message) => {
    const make = () => new Swin({ ...small, ...change });
    expect(make).toThrow(TesseraError);
    expect(make).toThrow(message);
  });
});

describe("a checkpoint", () => {
  /** A variant's parameters as a file has them, that nobody reads. */
  const fileOf = (model: Swin) =>
    checkpointOf(
      Object.fromEntries(
        [...model.params()].map(([path, { shape }]) => [path, storedTensor(new Float32Array(), shape)]),
      ),
    );

  test("of 22k classes is no model of 1k by the order of its rows, and the error says how to begin a head", async () => {
    const name = "swin_tiny_patch4_window7_224";
    const file = fileOf(createSwin(name, { classes: 21_841 }));
    await expect(createSwin(name).load(file)).rejects.toThrow(
      /head\.fc\.weight: expected \[1000, 768\], got \[21841, 768\][^]*Only the head differs: pass { resetHead: true }/,
    );
  });

  test.each([
    ["swin_small_patch4_window7_224", "swin_tiny_patch4_window7_224", /unexpected \(156\)/],
    ["swin_base_patch4_window7_224", "swin_small_patch4_window7_224", /mis-shaped \(328\)/],
    [
      "swin_tiny_patch4_window7_224",
      "swinv2_tiny_window8_256",
      /missing \(\d+\):[^]*logit_scale[^]*unexpected \(\d+\)/,
    ],
  ])("of %s is refused by %s, with every difference", async (from, to, message) => {
    const failure = createSwin(to).load(fileOf(createSwin(from)));
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/Is the checkpoint of another variant\?$/);
  });
});

test("rates go down by layers as timm groups them", async () => {
  const stored = await readFixture(new URL("./__fixtures__/layer_decay.json", import.meta.url));
  const scales = JSON.parse(new TextDecoder().decode(stored)) as Record<string, number>;
  const model = new Swin({ ...small, width: 12, heads: [2, 3], imageSize: 16 });
  expect(new Set(model.params().keys())).toEqual(new Set(Object.keys(scales)));
  for (const path of model.params().keys())
    expect(0.75 ** (5 - model.layerOf(path)), path).toBeCloseTo(scales[path]!, 12);
});

test("drop path, dropout and the head's dropout act while training, each by itself", async () => {
  for (const change of [{ dropPath: 0.5 }, { dropout: 0.5 }, { headDropout: 0.5 }]) {
    for (const version of [1, 2] as const) {
      using plain = new Swin({ ...small, version }).init(1);
      // Version 2 begins with branches that add nothing.
      for (const { value, shape } of plain.params().values())
        if (shape.length === 1) tidy(() => value.assign(seeded(2).normals([...shape])));
      using model = new Swin({ ...small, version, ...change });
      await model.load(Object.fromEntries([...plain.params()].map(([path, { value }]) => [path, value])));
      const images = noise(16, 16);
      const values = async (seed?: number) => [
        ...(await model.forward(images, seed === undefined ? {} : { training: true, random: new Random(seed) }).data()),
      ];
      expect(await values()).toEqual([...(await plain.forward(images).data())]);
      expect(await values(1)).toEqual(await values(1));
      expect(await values(1), JSON.stringify(change)).not.toEqual(await values());
    }
  }
});

test("starts as timm's: layers by 0.02, norms by one, those that end a branch of version 2 by zero", async () => {
  const deviation = async (model: Swin, path: string) => {
    const values = [...(await model.params().get(path)!.value.data())];
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  };
  const one = async (model: Swin, path: string) => [...new Set(await model.params().get(path)!.value.data())];
  using first = new Swin({ ...small, width: 32 }).init(1);
  for (const path of ["layers.0.blocks.0.attn.qkv.weight", "layers.1.downsample.reduction.weight"])
    expect(await deviation(first, path), path).toBeCloseTo(0.02, 2);
  expect(await one(first, "layers.0.blocks.0.norm1.weight")).toEqual([1]);
  using second = new Swin({ ...small, width: 32, version: 2 }).init(1);
  expect(await one(second, "layers.0.blocks.1.norm2.weight")).toEqual([0]);
  expect(await one(second, "layers.1.downsample.norm.weight")).toEqual([1]);
  expect(await one(second, "layers.0.blocks.0.attn.logit_scale")).toEqual([Math.fround(Math.log(10))]);
});

test("a new head is drawn as init draws it", async () => {
  using model = new Swin(small).init(5);
  using other = new Swin({ ...small, classes: 7 }).init(5);
  model.resetHead(7, 5);
  await expect(model.head.fc!.weight.value).toBeAllClose(other.head.fc!.weight.value);
  expect(model.resetHead(0).forward(noise(16, 16)).shape).toEqual([2, 16]);
});
