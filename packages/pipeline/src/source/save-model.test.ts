// What was saved loads again and gives the same, in both forms, without a file system.
import { memory } from "@tensorflow/tfjs-core";
import { timmPreprocessing } from "@tessera/data";
import { createTnt } from "@tessera/tnt";
import { Vit, type VitConfig } from "@tessera/vit";
import { openCheckpoint } from "@tessera/weights";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { run } from "../__fixtures__/tiny-vit.ts";
import { loadModel } from "./load-model.ts";
import { type SaveModelOptions, modelFilesOf } from "./save-model.ts";

const small: VitConfig = { imageSize: 8, patchSize: 4, width: 8, depth: 2, heads: 2, mlpDim: 20, classes: 3 };
const noise = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i * i));

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** Saves a model with random weights and loads it again; both outputs for the same picture. */
async function roundTrip(changes: Partial<VitConfig>, options: SaveModelOptions) {
  const model = new Vit({ ...small, ...changes }).init(3);
  const files = await modelFilesOf(model, options);
  const before = await run({ model }, noise, [1, 3, 8, 8]);
  const loaded = await loadModel({
    config: files["config.json"]!,
    weights: files["model.safetensors"]!,
    preprocessor: files["preprocessor_config.json"],
  });
  const { labels, preprocessing } = loaded;
  return { before, after: await run(loaded, noise, [1, 3, 8, 8]), labels, preprocessing, files };
}

const f32 = { rtol: 1e-5, atol: 1e-6 };

describe("as timm", () => {
  test.each<[string, Partial<VitConfig>]>([
    ["the plain model", {}],
    ["tanh's GELU, no biases, normed queries", { activation: "gelu_tanh", qkvBias: false, qkNorm: true }],
    ["registers, layer scale, positions of patches", { registers: 2, layerScale: 0.1, positionOnPrefix: false }],
    ["no class token, attention pooling", { classToken: false, pool: "attention" }],
    ["a norm before, mean pooling", { preNorm: true, pool: "mean" }],
    ["a distillation token", { distilled: true }],
    ["SwiGLU", { mlp: "swiglu", layerScale: 0.1, mlpDim: 21 }],
    ["an MLP whose ratio is no round number", { width: 12, heads: 3, mlpDim: 31 }],
    ["no head", { classes: 0 }],
  ])("%s", async (_, changes) => {
    const { before, after } = await roundTrip(changes, {});
    await expect(after).toBeAllClose(before, f32);
  });

  test.each<[string, Partial<VitConfig>]>([
    ["pre-logits", { preLogits: true }],
    ["epsilon 0.001 and not 1e-6", { epsilon: 1e-3 }],
    ["a distillation token without its head", { distilled: true, distilledHead: false }],
    ["SwiGLU without layer scale", { mlp: "swiglu" }],
  ])("refuses %s", async (what, changes) => {
    using model = new Vit({ ...small, ...changes });
    expect(await failure(modelFilesOf(model))).toContain(
      `describes by its arguments, got one with ${what}; save it as`,
    );
  });
});

describe("as transformers", () => {
  test.each<[string, Partial<VitConfig>, string]>([
    ["ViT", { epsilon: 1e-12, activation: "gelu_tanh", qkvBias: false }, "ViTForImageClassification"],
    ["ViT without a head", { classes: 0 }, "ViTModel"],
    ["DeiT", { distilled: true }, "DeiTForImageClassificationWithTeacher"],
    ["DeiT without teacher", { distilled: true, distilledHead: false }, "DeiTForImageClassification"],
    ["DINOv2", { layerScale: 0.5, classes: 0, mlpDim: 16 }, "Dinov2Model"],
    ["DINOv2 with SwiGLU", { layerScale: 0.5, classes: 0, mlp: "swiglu", mlpDim: 24 }, "Dinov2Model"],
    [
      "DINOv2 with registers",
      { layerScale: 0.5, classes: 0, registers: 2, positionOnPrefix: false },
      "Dinov2WithRegistersModel",
    ],
  ])("%s", async (_, changes, architecture) => {
    const { before, after, files } = await roundTrip(changes, { format: "huggingface" });
    await expect(after).toBeAllClose(before, f32);
    expect(JSON.parse(new TextDecoder().decode(files["config.json"]))).toMatchObject({ architectures: [architecture] });
  });

  test.each<[string, Partial<VitConfig>, RegExp]>([
    [
      "DINOv2 with a head over the class token",
      { layerScale: 0.5 },
      /expected a head over class token and mean, .*got one over the pool token/,
    ],
    ["another pool", { pool: "mean" }, /toHuggingFaceNames: expected the parts of Hugging Face's vit, got fc_norm/],
    [
      "a SwiGLU of another width",
      { layerScale: 0.5, classes: 0, mlp: "swiglu", mlpDim: 21 },
      /got 21; save it as timm/,
    ],
  ])("refuses %s", async (_, changes, message) => {
    using model = new Vit({ ...small, ...changes });
    expect(await failure(modelFilesOf(model, { format: "huggingface" }))).toMatch(message);
  });
});

test("a whole number that Python has as a float is written as one", async () => {
  using model = new Vit({ ...small, layerScale: 1, pool: "token-and-mean" }).init(1);
  const files = await modelFilesOf(model, { format: "huggingface" });
  expect(new TextDecoder().decode(files["config.json"])).toContain('"layerscale_value": 1.0,');
});

describe.each(["timm", "huggingface"] as const)("as %s", (format) => {
  test("labels and preprocessing come back", async () => {
    const labels = ["a", "b", "c"];
    for (const [crop_pct, crop_mode] of [
      [0.9, "center"],
      [1, "squash"],
      [0.7, "center"],
    ] as const) {
      const preprocessing = timmPreprocessing({
        input_size: [3, 248, 248],
        crop_pct,
        crop_mode,
        interpolation: "bilinear",
      });
      const loaded = await roundTrip({}, { format, labels, preprocessing });
      expect(loaded.labels).toEqual(labels);
      const { centre: _, ...wanted } = preprocessing;
      expect(loaded.preprocessing).toMatchObject({
        ...wanted,
        mean: wanted.mean.map((value) => expect.closeTo(value, 6) as number),
        std: wanted.std.map((value) => expect.closeTo(value, 6) as number),
      });
    }
  });

  test("halves take half the bytes and give nearly the same", async () => {
    const { before, after, files } = await roundTrip({}, { format, dtype: "F16" });
    await expect(after).toBeAllClose(before, { rtol: 1e-2, atol: 1e-2 });
    const { tensors: stored, dispose } = await openCheckpoint(files["model.safetensors"]!);
    expect([...stored.values()].every(({ dtype }) => dtype === "F16")).toBe(true);
    await dispose();
  });
});

test("a TNT that timm or transformers has not is refused", async () => {
  using model = createTnt("tnt_s_patch16_224", { classes: 2, imageSize: 32, depth: 1, activation: "relu" }).init(1);
  expect(await failure(modelFilesOf(model))).toMatch(/^saveModel: expected a model that timm's TNT.*activation relu/);
  expect(await failure(modelFilesOf(model, { format: "huggingface" }))).toBe(
    "saveModel: expected a model that transformers has, got a Tnt; save it as timm",
  );
});

test("a model of one's own is refused", async () => {
  using model = Object.assign(new Vit(small), { family: "mine" as "vit" });
  expect(await failure(modelFilesOf(model))).toBe(
    "saveModel: expected a model of a published family, got Vit; save its weights alone with saveSafetensors",
  );
});

test("refuses a wrong count of labels", async () => {
  using model = new Vit(small);
  expect(await failure(modelFilesOf(model, { labels: ["a"] }))).toBe(
    "saveModel: expected 3 labels, one an output, got 1",
  );
});
