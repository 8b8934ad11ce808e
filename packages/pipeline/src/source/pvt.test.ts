// Tiny PVTs as folders of transformers and timm, and as the authors' files: the reference's logits, also when saved and read again.
import { type Checkpoint, toHuggingFaceNames } from "@tessera/core";
import { pvtFamily } from "@tessera/pvt";
import { contentsOf, goldenCheckpoint, readGoldens, under } from "@tessera/testing";
import { writeSafetensors } from "@tessera/weights";
import { describe, expect, test } from "vitest";
import { jsonBlob, run } from "../__fixtures__/tiny-vit.ts";
import { createBackbone } from "./families.ts";
import { loadModel } from "./load-model.ts";
import { anyToTimmNames } from "./rename.ts";
import { modelFilesOf } from "./save-model.ts";

const f32 = { rtol: 1e-4, atol: 1e-5 };
const shape = [2, 3, 64, 64] as const;
const sizes = { depths: [2, 1, 1, 1], mlp_ratios: [8, 8, 4, 4], image_size: 64 };
const reductions = [8, 4, 2, 1];
const widths = [8, 16, 40, 64];
const heads = [1, 2, 5, 8];

const golden = async (name: "pvt_v1" | "pvt_v2" | "pvt_v2_li") => {
  const goldens = await readGoldens(new URL(`../../../pvt/src/__fixtures__/${name}.safetensors`, import.meta.url));
  const values = (key: string) => goldens.get(key).data as Float32Array;
  return { weights: under(goldenCheckpoint(goldens), "weights/"), input: values("input"), values };
};

const bytesOf = async (checkpoint: Checkpoint) => writeSafetensors(await contentsOf(checkpoint));

/** `config.json` of the tiny models as transformers writes it. */
function configOf(name: "pvt_v1" | "pvt_v2" | "pvt_v2_li") {
  const shared = { ...sizes, hidden_sizes: widths, num_attention_heads: heads, layer_norm_eps: 1e-6 };
  if (name === "pvt_v1") return { ...shared, model_type: "pvt", sequence_reduction_ratios: reductions };
  return { ...shared, model_type: "pvt_v2", sr_ratios: reductions, linear_attention: name === "pvt_v2_li" };
}

const timmConfig = (linear: boolean) => ({
  architecture: linear ? "pvt_v2_b2_li" : "pvt_v2_b0",
  num_classes: 10,
  model_args: { depths: sizes.depths, mlp_ratios: sizes.mlp_ratios, embed_dims: widths, num_heads: heads },
  pretrained_cfg: { input_size: [3, 64, 64] },
});

test("a folder of transformers, saved as such and as timm's and read again, keeps its logits and its one epsilon", async () => {
  const { weights, input, values } = await golden("pvt_v1");
  const theirs = toHuggingFaceNames(weights, pvtFamily.huggingFace!.names).checkpoint;
  const labels = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, `class ${i}`]));
  const loaded = await loadModel({
    config: jsonBlob({ ...configOf("pvt_v1"), id2label: labels }),
    weights: await bytesOf(theirs),
  });
  expect(loaded.labels[9]).toBe("class 9");
  const saved = [await modelFilesOf(loaded.model, { format: "huggingface" }), await modelFilesOf(loaded.model)];
  await expect(await run(loaded, input, shape)).toBeAllClose(values("logits"), f32);
  for (const files of saved) {
    const again = await loadModel({ config: files["config.json"]!, weights: files["model.safetensors"]! });
    expect(again.model.config).toMatchObject({ version: 1, imageSize: 64, epsilon: 1e-6 });
    await expect(await run(again, input, shape)).toBeAllClose(values("logits"), f32);
  }
});

describe.each(["pvt_v2", "pvt_v2_li"] as const)("%s", (name) => {
  test("in a folder of timm, and in one of transformers with timm's epsilons away", async () => {
    const { weights, input, values } = await golden(name);
    const config = jsonBlob(timmConfig(name === "pvt_v2_li"));
    const loaded = await loadModel({ config, weights: await bytesOf(weights) });
    expect(loaded.preprocessing.size).toEqual([64, 64]);
    await expect(await run(loaded, input, shape)).toBeAllClose(values("logits"), f32);
    const theirs = await loadModel({
      config: jsonBlob(configOf(name)),
      weights: await bytesOf(toHuggingFaceNames(weights, pvtFamily.huggingFace!.names).checkpoint),
    });
    await expect(await run(theirs, input, shape)).toBeAllClose(values("logits"), { rtol: 1e-3, atol: 1e-4 });
  });

  test("as the authors' file", async () => {
    const { weights, input, values } = await golden(name);
    const theirs = [...weights.tensors].map(([path, tensor]) => [authorsName(path), tensor] as const);
    const { checkpoint, dialect } = await anyToTimmNames({ ...weights, tensors: new Map(theirs) });
    expect(dialect).toBe("pvt");
    const own = { depths: sizes.depths, widths, heads, mlpRatios: sizes.mlp_ratios, classes: 10 };
    const model = await createBackbone(name === "pvt_v2" ? "pvt_v2_b0" : "pvt_v2_b2_li", own as object);
    await model.load(checkpoint);
    await expect(await run({ model }, input, shape)).toBeAllClose(values("logits"), f32);
  });
});

/** Of a tensor of version 2, from timm's. */
function authorsName(path: string): string {
  return path
    .replace(/^patch_embed\./, "patch_embed1.")
    .replace(/^stages\.(\d)\.downsample/, (_, stage: string) => `patch_embed${Number(stage) + 1}`)
    .replace(/^stages\.(\d)\.blocks/, (_, stage: string) => `block${Number(stage) + 1}`)
    .replace(/^stages\.(\d)\.norm/, (_, stage: string) => `norm${Number(stage) + 1}`)
    .replace("mlp.dwconv.", "mlp.dwconv.dwconv.");
}

test.each([
  ["depths", [2, 2, 2], 'expected a number for each of four stages as "depths", got [2, 2, 2]'],
  ["hidden_sizes", [8, 16, 40, 6.5], 'expected a number for each of four stages as "hidden_sizes"'],
  ["patch_sizes", [4, 4, 2, 2], 'expected "patch_sizes" of [4, 2, 2, 2], got [4, 4, 2, 2]'],
  ["hidden_act", "softplus", 'expected "hidden_act" among'],
])("a config with %s of %j is refused", async (field, value, message) => {
  const { weights } = await golden("pvt_v1");
  const files = { config: jsonBlob({ ...configOf("pvt_v1"), [field]: value }), weights: await bytesOf(weights) };
  await expect(loadModel(files)).rejects.toThrow(message);
});

test("a variant without a checkpoint says what it needs", async () => {
  await expect(loadModel("pvt_small")).rejects.toThrow(
    "loadModel: expected weights for pvt_small, got its name alone; pass weights, a checkpoint file",
  );
  await expect(loadModel("pvt_v2_b0")).rejects.toThrow("such as timm/pvt_v2_b0.in1k");
});
