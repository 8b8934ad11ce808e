// Files as strangers have them, against what timm and transformers make of them.
import { fileURLToPath } from "node:url";
import { memory } from "@tensorflow/tfjs-core";
import { readFixture } from "@tessera/testing";
import { readSafetensors, writeSafetensors } from "@tessera/weights";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import expected from "../__fixtures__/others/expected.json" with { type: "json" };
import { jsonBlob } from "../__fixtures__/tiny-vit.ts";
import { type ImageClassifierOptions, imageClassifier } from "../tasks/image-classifier.ts";
import { imageEmbedder } from "../tasks/image-embedder.ts";
import { describeModel } from "./describe-model.ts";
import { loadModel } from "./load-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { modelFilesOf } from "./save-model.ts";

const frog = fileURLToPath(new URL("../../../../examples/images/frog.jpg", import.meta.url));
const stored = (name: string) =>
  readFixture(new URL(`../__fixtures__/others/${name}.safetensors`, import.meta.url)) as Promise<
    Uint8Array<ArrayBuffer>
  >;
const plain = await stored("timm");

let tensors: number;
beforeEach(() => {
  tensors = memory().numTensors;
});
afterEach(() => {
  if (memory().numTensors !== tensors) throw new Error(`expected ${tensors} tensors, got ${memory().numTensors}`);
});

/** What a model says of the frog, and what it warns of. */
async function answer(files: ModelFiles, options: ImageClassifierOptions = {}) {
  const warnings: string[] = [];
  using classify = await imageClassifier(files, { onWarning: (warning) => warnings.push(warning), ...options });
  for await (const result of classify.stream([frog], { topK: 3 })) {
    if (result.error) throw result.error;
    return { logits: result.logits, top: result.top, warnings };
  }
  throw new Error("expected an answer, got none");
}

/** transformers' files of one of the models. */
async function huggingFace(name: "dinov2" | "multi-label" | "one-output"): Promise<ModelFiles> {
  const { config, preprocessor } = expected[name];
  return { config: jsonBlob(config), weights: await stored(name), preprocessor: jsonBlob(preprocessor) };
}

/** timm's files, with other names, arguments or fields. */
async function timm({
  args = {},
  rename = (name: string) => name,
  fields = {},
  more = {},
}: {
  args?: object;
  rename?: (name: string) => string;
  fields?: object;
  more?: Record<string, { shape: number[]; values: Float32Array }>;
} = {}): Promise<ModelFiles> {
  const { config } = expected.timm;
  const { tensors: held } = await readSafetensors(plain);
  const renamed = await Promise.all(
    [...held].map(async ([name, { shape, read }]) => [rename(name), { shape, values: await read() }] as const),
  );
  return {
    config: jsonBlob({ ...config, model_args: { ...config.model_args, ...args }, ...fields }),
    weights: writeSafetensors({ ...Object.fromEntries(renamed), ...more }),
  };
}

const f32 = { rtol: 1e-4, atol: 1e-5 };
const same = (logits: Float32Array, wanted: readonly number[]) =>
  expect(logits).toBeAllClose(Float32Array.from(wanted), f32);

describe("transformers'", () => {
  test.each(["dinov2", "multi-label", "one-output"] as const)("%s answers as its pipeline", async (name) => {
    const { logits, top } = await answer(await huggingFace(name));
    await same(logits, expected[name].logits);
    expect(top.map(({ label }) => label)).toEqual(expected[name].top.map(({ label }) => label));
    for (const [i, { score }] of expected[name].top.entries()) expect(top[i]!.score).toBeCloseTo(score, 5);
  });

  test.each([
    ["huggingface", ["dinov2", "multi-label", "one-output"]],
    // timm resamples DINOv2's positions by another rule
    ["timm", ["multi-label", "one-output"]],
  ] as const)("models answer the same after they were saved as %s", async (format, names) => {
    for (const name of names) {
      // timm's norms have another epsilon than transformers' ViT
      const overrides = name === "dinov2" ? undefined : { epsilon: 1e-6 };
      const { model, labels, preprocessing, multiLabel } = await loadModel(await huggingFace(name), { overrides });
      const saved = await modelFilesOf(model, { format, labels, preprocessing, multiLabel });
      model.dispose();
      const again = await answer({
        config: saved["config.json"]!,
        weights: saved["model.safetensors"]!,
        ...(format === "huggingface" && { preprocessor: saved["preprocessor_config.json"]! }),
      });
      await expect(again.logits).toBeAllClose(Float32Array.from(expected[name].logits), { rtol: 1e-3, atol: 1e-3 });
      for (const [i, { score }] of expected[name].top.entries()) expect(again.top[i]!.score).toBeCloseTo(score, 3);
    }
  });
});

describe("training scripts'", () => {
  const count = { shape: [1], values: Float32Array.of(1) };

  test.each(["module.", "encoder.", "net.", "model.", "backbone.", "teacher.", "timm_model.", "module.model.encoder."])(
    "wrapper %s is taken off, whatever lies beside it",
    async (prefix) => {
      const more = { n_averaged: count, "criterion.weight": count };
      const { logits, warnings } = await answer(await timm({ rename: (name) => prefix + name, more }));
      await same(logits, expected.timm.logits);
      expect(warnings).toEqual(["criterion.weight, n_averaged beside the model were left out"]);
    },
  );

  test("averaged weights are taken before others, which entry takes", async () => {
    const { tensors: held } = await readSafetensors(plain);
    const zeros = [...held].map(([name, { shape }]) => [
      `model.${name}`,
      { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]);
    const files = await timm({ rename: (name) => `ema_model.${name}`, more: Object.fromEntries(zeros) });
    const averaged = await answer(files);
    await same(averaged.logits, expected.timm.logits);
    expect(averaged.warnings).toEqual(["the file holds other weights too; entry takes another: model"]);
    const other = await answer(files, { entry: "model" });
    expect([...other.logits]).toEqual([0, 0, 0, 0, 0]);
    expect(other.warnings).toEqual([]);
    expect(await failure(answer(files, { entry: "student" }))).toMatch(
      /expected weights under student, got ema_model, model; choose one of them$/,
    );
  });

  test("a backbone gives features, and says that it names nothing", async () => {
    const headless = await timm({ rename: (name) => (name.startsWith("head.") ? `projector.${name}` : `net.${name}`) });
    const warnings: string[] = [];
    using embed = await imageEmbedder(headless, { onWarning: (warning) => warnings.push(warning) });
    expect(await embed(frog)).toHaveLength(32);
    expect(warnings).toEqual([
      "projector.head.bias, projector.head.weight beside the model were left out",
      "config.json says 5 classes, but the checkpoint has no head: the model gives features only",
    ]);
    expect(await failure(answer(headless))).toMatch(/^imageClassifier: expected a model with a head, got/);
  });
});

describe("timm's config", () => {
  test.each<[string, object]>([
    ["rates of training", { drop_rate: 0.1, attn_drop_rate: 0.1, proj_drop_rate: 0.1, pos_drop_rate: 0.1, patch_drop_rate: 0, drop_path_rate: 0.1 }], // prettier-ignore
    ["nulls", { init_values: null, norm_layer: null, act_layer: null, fc_norm: null }],
    ["what is so anyway", { final_norm: true, pos_embed: "learn", strict_img_size: false, weight_init: "jax", fix_init: true }], // prettier-ignore
  ])("may have %s", async (_, args) => {
    const { logits, warnings } = await answer(await timm({ args }));
    await same(logits, expected.timm.logits);
    expect(warnings).toEqual([]);
  });

  test("may have its norm after pooling", async () => {
    const rename = (name: string) => name.replace(/^norm\./, "fc_norm.");
    const { logits, warnings } = await answer(await timm({ args: { fc_norm: true }, rename }));
    await same(logits, expected.timm.logits);
    expect(warnings).toEqual([]);
  });

  test("with other patches or a size of no whole patches gives what timm gives", async () => {
    const resampled = await answer(await timm({ args: { patch_size: 4 } }));
    await same(resampled.logits, expected.timm["patches of 4"]);
    expect(resampled.warnings).toEqual([
      expect.stringMatching(/^pos_embed was made for another grid/),
      expect.stringMatching(/^patch_embed\.proj\.weight was made for patches of 8×8: resampled to 4×4$/),
    ]);
    const { config } = expected.timm;
    const sized = { pretrained_cfg: { ...config.pretrained_cfg, input_size: [3, 36, 36] } };
    const rest = await answer(await timm({ args: { img_size: 36 }, fields: sized }));
    await same(rest.logits, expected.timm["36 pixels"]);
    expect(rest.warnings).toEqual([]);
  });

  const { pretrained_cfg: pretrained, ...rest } = expected.timm.config;
  const names = ["a", "b", "c", "d", "e"];
  test.each<[string, object]>([
    ["before pretrained_cfg", { ...pretrained, labels: names, pretrained_cfg: undefined }],
    ["with names in pretrained_cfg", { pretrained_cfg: { ...pretrained, label_names: names } }],
    ["with names and descriptions", { label_names: ["1", "2", "3", "4", "5"], label_descriptions: { 1: "a", 2: "b", 3: "c", 4: "d", 5: "e" } }], // prettier-ignore
    ["with a checkpoint's tag", { architecture: `${rest.architecture}.augreg_in21k`, label_names: names }],
    ["with a name that timm gave up", { architecture: "vit_tiny_patch16_224_in21k", label_names: names }],
    ["of transformers' wrapper", { model_type: "timm_wrapper", architectures: ["TimmWrapperForImageClassification"], label_names: names }], // prettier-ignore
  ])("%s is read", async (_, fields) => {
    const { logits, top } = await answer(await timm({ fields }));
    await same(logits, expected.timm.logits);
    expect(top.map(({ label }) => label)).toEqual(["c", "a", "b"]);
  });

  test("with a fixed input size makes the model at that size", async () => {
    const config = jsonBlob({
      architecture: "vit_tiny_patch16_224",
      num_classes: 3,
      pretrained_cfg: { input_size: [3, 96, 96], fixed_input_size: true, crop_pct: 1 },
    });
    const { model } = await describeModel({ config, weights: plain });
    expect(model.config.imageSize).toEqual([96, 96]);
    expect(model.state().get("pos_embed")!.shape).toEqual([1, 37, 192]);
  });
});

test("a head that was drawn at random is said each time it answers", async () => {
  const warnings: string[] = [];
  const labels = ["one", "other"];
  const config = { ...expected.timm.config, num_classes: 2 };
  const files = { config: jsonBlob(config), weights: plain };
  using classify = await imageClassifier(files, { labels, resetHead: true, onWarning: (text) => warnings.push(text) });
  await classify(frog);
  await classify([frog, frog]);
  const random =
    "the head of the files given was drawn at random: what it says of classes means nothing before it is trained";
  expect(warnings).toEqual([random, random]);
});
