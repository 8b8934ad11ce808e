import { type Tensor3D, type Tensor4D, getBackend, ones, sum, variableGrads } from "@tensorflow/tfjs-core";
import { Random, ShapeError, TesseraError, capture } from "@tessera/core";
import { expectNoLeak, kernelsRun, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { SpatialReductionAttention } from "./attention.ts";
import type { PvtConfig } from "./config.ts";
import { ConvolutionalMlp } from "./convolutional-mlp.ts";
import { createPvt } from "./create.ts";
import { Pvt } from "./model.ts";

const small = {
  imageSize: 32,
  depths: [1, 1, 1, 1],
  widths: [8, 8, 16, 16],
  heads: [1, 2, 2, 2],
  mlpRatios: [2, 2, 2, 2],
  reductions: [8, 4, 2, 1],
  classes: 3,
} as const;

const make = (version: 1 | 2, overrides: Partial<PvtConfig> = {}) => new Pvt({ ...small, version, ...overrides });
const images = (height: number, width: number) => seeded(height).normals([1, height, width, 3]) as Tensor4D;

describe("any picture", () => {
  test.each([
    ["version 1 leaves out what fills no patch", make(1), [39, 70], [[9, 17], [4, 8], [2, 4], [1, 2]]],
    ["version 2 pads it", make(2), [39, 70], [[10, 18], [5, 9], [3, 5], [2, 3]]],
    ["linear attention looks at means of maps that are smaller than they", make(2, { linear: true }), [3, 17], [[1, 5], [1, 3], [1, 2], [1, 1]]],
  ] as const)("%s", async (_, model, [height, width], grids) => {
    model.init(1);
    const maps = model.featureMaps(images(height, width));
    expect(maps.map(({ shape }) => shape)).toEqual(grids.map(([h, w], i) => [1, h, w, small.widths[i]]));
    const logits = await model.forward(images(height, width)).data();
    expect([...logits].every(Number.isFinite)).toBe(true);
    model.dispose();
  }); // prettier-ignore

  test.each([
    ["version 1", make(1), "Pvt: expected an image whose stage 1 has at least 8×8 places, got 31×64 with 7×16"],
    ["version 2", make(2), "Pvt: expected an image whose stage 1 has at least 8×8 places, got 28×64 with 7×16"],
    [
      "version 1 without reductions",
      make(1, { reductions: [1, 1, 1, 1] }),
      "Pvt: expected an image whose stage 4 has at least 1×1 places, got 31×64 with 0×2",
    ],
  ])("of %s has at least a place in each stage, and as many as are reduced to one", (kind, model, message) => {
    const height = kind === "version 2" ? 28 : 31;
    model.init(1);
    for (const run of [() => model.forward(images(height, 64)), () => model.featureMaps(images(height, 64), [0])]) {
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(`${message}; take a larger one`);
    }
    model.dispose();
  });

  test("other channels are refused", () => {
    using model = make(2, { channels: 1 }).init(1);
    expect(() => model.forward(images(32, 32))).toThrow("Pvt: expected shape [b, h, w, 1], got [1, 32, 32, 3]");
  });
});

describe("configs that do not go together", () => {
  test.each([
    ["linear attention in version 1", { version: 1, linear: true }, TesseraError, "Pvt: expected linear attention with version 2, got version 1"],
    ["heads that do not divide a width", { heads: [3, 2, 2, 2] }, ShapeError, "expected a width divisible by heads, got 8 / 3"],
    ["a native size that is too small", { imageSize: 16 }, ShapeError, "stage 1 has at least 8×8 places, got 16×16 with 4×4"],
  ] as const)("%s", (_, overrides, kind, message) => {
    const run = () => new Pvt({ ...small, version: 2, ...overrides });
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  }); // prettier-ignore
});

test("branches need the grid of their tokens", () => {
  const tokens = ones([1, 6, 8]) as Tensor3D;
  const attention = new SpatialReductionAttention({ ...small, version: 2 }, 0).init(1);
  const mlp = new ConvolutionalMlp({ width: 8, hidden: 8 }).init(1);
  for (const [branch, name] of [
    [attention, "SpatialReductionAttention"],
    [mlp, "ConvolutionalMlp"],
  ] as const) {
    expect(() => branch.forward(tokens)).toThrow(`${name}: expected the [rows, columns] of 6 tokens, got none`);
    expect(() => branch.forward(tokens, {}, { grid: [2, 4] })).toThrow("of 6 tokens, got [2, 4]; pass { grid }");
    branch.dispose();
  }
});

test("weights of the other version are refused, with both kinds of names", async () => {
  using first = make(1).init(1);
  using second = make(2).init(1);
  const weights = Object.fromEntries([...first.params()].map(([path, { value }]) => [path, value]));
  await expect(second.load(weights)).rejects.toThrow(
    /missing[^]*patch_embed\.proj\.weight[^]*unexpected[^]*pos_embed1/,
  );
});

test("a head for other classes is refused, or begun anew", async () => {
  using model = make(2).init(1);
  using other = make(2, { classes: 5 }).init(2);
  const weights = Object.fromEntries([...other.params()].map(([path, { value }]) => [path, value]));
  await expect(model.load(weights)).rejects.toThrow("Only the head differs: pass { resetHead: true }");
  await model.load(weights, { resetHead: true });
  expect(model.resetHead(4).forward(images(32, 32)).shape).toEqual([1, 4]);
  expect(model.resetHead(0).forward(images(32, 32)).shape).toEqual([1, 16]);
  expect(model.config.classes).toBe(0);
});

test("rates differ by stage, as timm's, and the first patches learn slowest", () => {
  const layers = (version: 1 | 2) => {
    const model = make(version);
    return Object.fromEntries([...model.params().keys()].map((path) => [path, model.layerOf(path)]));
  };
  expect(layers(2)).toMatchObject({
    "patch_embed.proj.weight": 0,
    "stages.0.blocks.0.norm1.weight": 1,
    "stages.0.norm.bias": 1,
    "stages.1.downsample.proj.weight": 2,
    "stages.3.norm.weight": 4,
    "head.weight": 5,
  });
  expect(layers(1)).toMatchObject({
    "patch_embed1.norm.bias": 0,
    pos_embed1: 0,
    "block1.0.attn.kv.weight": 1,
    "patch_embed2.proj.weight": 2,
    pos_embed4: 4,
    cls_token: 4,
    "norm.weight": 4,
    "head.bias": 5,
  });
});

describe("while training", () => {
  const training = (seed: number) => ({ training: true, random: new Random(seed) });

  test("drop path and dropout act, and only then", async () => {
    for (const overrides of [{ dropPath: 0.5 }, { dropout: 0.5 }]) {
      using model = make(2, overrides).init(1);
      using plain = make(2).init(1);
      const x = images(32, 32);
      const values = async (seed: number) => [...(await model.forward(x, training(seed)).data())];
      expect(await values(1)).toEqual(await values(1));
      const drawn = await Promise.all([1, 2, 3, 4].map(values));
      expect(new Set(drawn.map(String)).size).toBeGreaterThan(1);
      await expect(model.forward(x)).toBeAllClose(plain.forward(x));
    }
  });

  test("drop path grows over the blocks of all stages", () => {
    const model = make(2, { dropPath: 0.3, depths: [1, 2, 2, 2] });
    const rates = [...model.modules()].flatMap(([path, part]) =>
      /blocks\.\d+$/.test(path) ? (part as unknown as { config: { dropPath: number } }).config.dropPath : [],
    );
    expect(rates.map((rate) => Math.round(100 * rate))).toEqual([0, 5, 10, 15, 20, 25, 30]);
  });

  test.each([1, 2] as const)("leaves nothing behind in version %i", async (version) => {
    using model = make(version, { dropPath: 0.1, dropout: 0.1 }).init(1);
    const x = images(32, 32);
    await expectNoLeak(() => {
      const { value, grads } = variableGrads(() => sum(model.forward(x, training(1))));
      for (const tensor of [value, ...Object.values(grads)]) tensor.dispose();
    });
  });
});

test("starts as its authors start it", async () => {
  using model = createPvt("pvt_v2_b0", { depths: [1, 1, 1, 1], classes: 0 }).init(3);
  using first = createPvt("pvt_tiny", { depths: [1, 1, 1, 1], classes: 0 }).init(3);
  const spread = async (one: Pvt, path: string) => {
    const values = await one.params().get(path)!.value.data<"float32">();
    return Math.sqrt(values.reduce((total: number, value: number) => total + value ** 2, 0) / values.length);
  };
  // He's by fan out; that of a channel by itself is its window.
  expect((await spread(model, "stages.3.downsample.proj.weight")) / Math.sqrt(2 / (9 * 256))).toBeCloseTo(1, 1);
  expect((await spread(model, "stages.0.blocks.0.mlp.dwconv.weight")) / Math.sqrt(2 / 9)).toBeCloseTo(1, 1);
  expect(await spread(model, "stages.0.blocks.0.attn.sr.bias")).toBe(0);
  expect((await spread(model, "stages.1.blocks.0.mlp.fc1.weight")) / 0.02).toBeCloseTo(1, 1);
  // PyTorch's: uniform in ±1 / √(fan in).
  expect((await spread(first, "patch_embed4.proj.weight")) * Math.sqrt(3 * 4 * 320)).toBeCloseTo(1, 1);
  expect((await spread(first, "pos_embed1")) / 0.02).toBeCloseTo(1, 1);
});

test("offers the attention of every block", () => {
  using model = make(1).init(1);
  const seen = capture(model, images(32, 32), ["**.attn.weights"]);
  expect(Object.entries(seen).map(([path, { shape }]) => [path, shape])).toEqual([
    ["block1.0.attn.weights", [1, 1, 64, 1]],
    ["block2.0.attn.weights", [1, 2, 16, 1]],
    ["block3.0.attn.weights", [1, 2, 4, 1]],
    ["block4.0.attn.weights", [1, 2, 2, 2]],
  ]);
});

// Attention takes fewer keys than queries as it is; what is tfjs's own are positions, the class token and means.
test.for([
  [1, ["Add", "Concat", "Slice", "TesseraAttention", "TesseraConvolution", "TesseraLayerNorm", "TesseraLinear"]],
  [2, ["Mean", "Slice", "TesseraAttention", "TesseraConvolution", "TesseraDepthwiseConvolution", "TesseraLayerNorm", "TesseraLinear"]],
] as const)("on native a forward of version %d composes no op", ([version, kernels], { skip }) => {
  skip(getBackend() !== "native", "other backends compose some");
  using model = make(version).init(1);
  const run = new Set(kernelsRun(() => model.forward(images(32, 32)).dispose()));
  expect([...run].filter((name) => !["Identity", "Reshape"].includes(name)).sort()).toEqual(kernels);
}); // prettier-ignore
