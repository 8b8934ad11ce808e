import { type Checkpoint, type Dialect, type HuggingFaceTable, type Rule, reversedRules } from "@tessera/core";

/** The `model_type` of a transformers config that is written. */
export type HuggingFaceModel = "pvt" | "pvt_v2";

const stages = [0, 1, 2, 3];

/** Keys and values are one tensor in the authors' files and timm's. */
function keysAndValues(from: string, to: string): Rule {
  return [["key", "value"].map((part) => `${from}.${part}.{p}`), `${to}.attn.kv.{p}`];
}

function firstStage(stage: number): Rule[] {
  const [embed, from] = [`patch_embeddings.${stage}`, `block.${stage}.{i}`];
  const [number, to] = [stage + 1, `block${stage + 1}.{i}`];
  const self = `${from}.attention.self`;
  return [
    [`${embed}.projection.{p}`, `patch_embed${number}.proj.{p}`],
    [`${embed}.layer_norm.{p}`, `patch_embed${number}.norm.{p}`],
    [`${embed}.position_embeddings`, `pos_embed${number}`],
    [`${from}.layer_norm_1.{p}`, `${to}.norm1.{p}`],
    [`${self}.query.{p}`, `${to}.attn.q.{p}`],
    keysAndValues(self, to),
    [`${self}.sequence_reduction.{p}`, `${to}.attn.sr.{p}`],
    [`${self}.layer_norm.{p}`, `${to}.attn.norm.{p}`],
    [`${from}.attention.output.dense.{p}`, `${to}.attn.proj.{p}`],
    [`${from}.layer_norm_2.{p}`, `${to}.norm2.{p}`],
    [`${from}.mlp.dense1.{p}`, `${to}.mlp.fc1.{p}`],
    [`${from}.mlp.dense2.{p}`, `${to}.mlp.fc2.{p}`],
  ];
}

function secondStage(stage: number): Rule[] {
  const [layer, stageTo] = [`layers.${stage}`, `stages.${stage}`];
  const [from, to] = [`${layer}.blocks.{i}`, `${stageTo}.blocks.{i}`];
  const embed = stage === 0 ? "patch_embed" : `${stageTo}.downsample`;
  return [
    [`${layer}.patch_embedding.proj.{p}`, `${embed}.proj.{p}`],
    [`${layer}.patch_embedding.layer_norm.{p}`, `${embed}.norm.{p}`],
    [`${from}.layer_norm_1.{p}`, `${to}.norm1.{p}`],
    [`${from}.attention.query.{p}`, `${to}.attn.q.{p}`],
    keysAndValues(`${from}.attention`, to),
    [`${from}.attention.spatial_reduction.{p}`, `${to}.attn.sr.{p}`],
    [`${from}.attention.layer_norm.{p}`, `${to}.attn.norm.{p}`],
    [`${from}.attention.proj.{p}`, `${to}.attn.proj.{p}`],
    [`${from}.layer_norm_2.{p}`, `${to}.norm2.{p}`],
    [`${from}.mlp.dense1.{p}`, `${to}.mlp.fc1.{p}`],
    [`${from}.mlp.dwconv.dwconv.{p}`, `${to}.mlp.dwconv.{p}`],
    [`${from}.mlp.dense2.{p}`, `${to}.mlp.fc2.{p}`],
    [`${layer}.layer_norm.{p}`, `${stageTo}.norm.{p}`],
  ];
}

/** By version, without the `encoder.` that a bare model may have lost to whoever unwrapped it. */
const bodies: Record<HuggingFaceModel, readonly Rule[]> = {
  pvt: [...stages.flatMap(firstStage), ["patch_embeddings.3.cls_token", "cls_token"], ["layer_norm.{p}", "norm.{p}"]],
  pvt_v2: stages.flatMap(secondStage),
};

const head: Rule = ["classifier.{p}", "head.{p}"];

const telling: Record<HuggingFaceModel, RegExp> = {
  pvt: /^(?:(?:pvt\.)?encoder\.)?patch_embeddings\.0\.projection\.weight$/,
  pvt_v2: /^(?:(?:pvt_v2\.)?encoder\.)?layers\.0\.patch_embedding\.proj\.weight$/,
};

/** PVT and PVT v2 by the names in transformers' files: https://github.com/huggingface/transformers/tree/main/src/transformers/models/pvt */
export const huggingFace: Dialect = {
  name: "huggingface",
  translate(names) {
    const model = (["pvt", "pvt_v2"] as const).find((type) => names.some((name) => telling[type].test(name)));
    if (!model) return undefined;
    // The config classes' default, of every norm.
    return {
      rules: [...bodies[model], head],
      prefixes: [`${model}.encoder.`, "encoder."],
      activation: "gelu",
      epsilon: 1e-6,
    };
  },
};

/** Transformers' names for a PVT of either version. */
export function namesForHuggingFace(tensors: Checkpoint["tensors"]): HuggingFaceTable {
  const modelType = tensors.has("patch_embed1.proj.weight") ? "pvt" : "pvt_v2";
  return { modelType, rules: [...reversedRules(bodies[modelType], `${modelType}.encoder.`), ...reversedRules([head])] };
}
