// One tiny ViT in every format: whatever file a user has, the pipeline gives the reference's answer.
import { memory } from "@tensorflow/tfjs-core";
import { type TimmNames, toTimmNames } from "@tessera/core";
import { contentsOf, readFixture, under } from "@tessera/testing";
import { vitFamily } from "@tessera/vit";
import { openCheckpoint } from "@tessera/weights";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plain } from "../__fixtures__/pictures.ts";
import { expected, jsonBlob, run, tinyConfig, weightsFixture } from "../__fixtures__/tiny-vit.ts";
import { describeVariant, knownVariant } from "./describe-variant.ts";
import { imageClassifier } from "../tasks/image-classifier.ts";
import { loadModel } from "./load-model.ts";
import { anyToTimmNames } from "./rename.ts";

const shape = [2, 3, 32, 32] as const;
const f32 = { rtol: 1e-4, atol: 1e-5 };
// Rounding the weights moves the logits, which reach 3, by up to 1.2e-3 (F16) and 9.3e-3 (BF16).
const f16 = { rtol: 0, atol: 2e-3 };
const bf16 = { rtol: 0, atol: 2e-2 };

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

test.each([
  ["timm.safetensors", "logits", f32],
  ["wrapped_model.pth.tar", "logits", f32],
  ["legacy_not_zip.pth", "logits", f32],
  ["dataparallel_half.pth", "logits", f16],
  ["bfloat16.pth", "logits", bf16],
  ["huggingface.safetensors", "logits", f32],
  // Google's own files were trained with the other GELU
  ["google_compressed.npz", "logits_gelu_tanh", f32],
  ["google_fortran_order.npz", "logits_gelu_tanh", f32],
] as const)("%s with timm's config", async (name, wanted, tolerance) => {
  const loaded = await loadModel({ config: jsonBlob(tinyConfig), weights: await weightsFixture(name) });
  await expect(await run(loaded, await expected("input"), shape)).toBeAllClose(await expected(wanted), tolerance);
});

test.each([
  "google_compressed.npz",
  "google_fortran_order.npz",
  "huggingface.safetensors",
  "legacy_not_zip.pth",
  "wrapped_model.pth.tar",
])("%s is the same model as timm.safetensors", async (name) => {
  const [reference, other] = await Promise.all(
    ["timm.safetensors", name].map(async (file) => openCheckpoint(await weightsFixture(file))),
  );
  expect(await contentsOf(toTimmNames(other!, vitFamily.dialects).checkpoint)).toEqual(await contentsOf(reference!));
});

describe("transformers' files", async () => {
  const config = new Blob([await weightsFixture("huggingface-config.json")]);
  const weights = await weightsFixture("huggingface.safetensors");
  const preprocessor = new Blob([
    (await readFixture(
      new URL("../__fixtures__/huggingface-preprocessor_config.json", import.meta.url),
    )) as Uint8Array<ArrayBuffer>,
  ]);

  test("give the reference's logits, labels and preprocessing", async () => {
    const loaded = await loadModel({ config, weights, preprocessor });
    expect(loaded.labels).toEqual(Array.from({ length: 10 }, (_, i) => `class ${i}`));
    expect(loaded.preprocessing).toMatchObject({
      size: [32, 32],
      interpolation: "bilinear",
      resize: { rule: "squash" },
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
    await expect(await run(loaded, await expected("input"), shape)).toBeAllClose(await expected("logits"), f32);
  });

  test("without preprocessor_config.json are prepared as its class does by default", async () => {
    const { model, preprocessing } = await loadModel({ config, weights });
    model.dispose();
    expect(preprocessing).toMatchObject({ size: [32, 32], interpolation: "bilinear", mean: [0.5, 0.5, 0.5] });
  });

  test("take other weights than their own, whose config still says which GELU", async () => {
    const loaded = await loadModel({ config, weights: await weightsFixture("google_compressed.npz") });
    await expect(await run(loaded, await expected("input"), shape)).toBeAllClose(await expected("logits"), f32);
  });
});

describe("a variant with weights", () => {
  const described = async (name: string, names: Pick<TimmNames, "checkpoint">) =>
    describeVariant(await knownVariant(name), names, {});

  test.each([
    ["google_compressed.npz", { activation: "gelu_tanh", epsilon: 1e-6 }],
    ["huggingface.safetensors", { activation: "gelu", epsilon: 1e-12 }],
  ] as const)("of %s has their GELU, epsilon and classes", async (file, wanted) => {
    const names = await anyToTimmNames(await openCheckpoint(await weightsFixture(file)));
    const { model } = await described("vit_tiny_patch16_224", names);
    expect(model.config).toMatchObject({ ...wanted, classes: 10 });
  });

  test("of TNT's official release has its epsilon and classes", async () => {
    const all = await readFixture(new URL("../../../tnt/src/__fixtures__/names.safetensors", import.meta.url));
    const official = under(await openCheckpoint(all), "tnt/in/");
    const { model, preprocessing } = await described("tnt_s_patch16_224", await anyToTimmNames(official));
    expect(model.config).toMatchObject({ epsilon: 1e-5, classes: 3 });
    expect(preprocessing).toMatchObject({ size: [224, 224], mean: [0.5, 0.5, 0.5] });
  });

  test.each([
    ["vit_tiny_patch16_224", "tench, Tinca tinca", 1000],
    ["vit_tiny_patch16_224.augreg_in21k_ft_in1k", "tench, Tinca tinca", 1000],
    ["tnt_s_patch16_224", "tench, Tinca tinca", 1000],
    // ImageNet-21k's 21843 classes have no names here
    ["vit_tiny_patch16_224.augreg_in21k", undefined, 1000],
    ["vit_tiny_patch16_224", undefined, 3],
  ])("%s has names by its tag: %s for %d classes", async (name, first, classes) => {
    const head = { dtype: "F32", shape: [classes, 192], read: async () => new Float32Array() };
    const checkpoint = { tensors: new Map([["head.weight", head]]), metadata: {}, dispose: async () => {} };
    const { labels } = await described(name, { checkpoint });
    expect(labels?.[0]).toBe(first);
    expect(labels?.length).toBe(first === undefined ? undefined : 1000);
  });
});

test("a classifier takes a PyTorch file of half precision, prefixes and all", async () => {
  using classify = await imageClassifier(
    { config: jsonBlob(tinyConfig), weights: await weightsFixture("dataparallel_half.pth") },
    { labels: Array.from("abcdefghij") },
  );
  const [best] = await classify(plain(255, 0, 0));
  expect("abcdefghij").toContain(best!.label);
});
