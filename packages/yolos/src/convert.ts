import { type Checkpoint, type Dialect, type HuggingFaceTable, type Rule, reversedRules } from "@tessera/core";

const [from, to] = ["vit.encoder.layer.{i}", "backbone.blocks.{i}"];

/** Transformers' names in files. */
const rules: readonly Rule[] = [
  ["vit.embeddings.cls_token", "backbone.cls_token"],
  ["vit.embeddings.detection_tokens", "backbone.det_token"],
  ["vit.embeddings.position_embeddings", "backbone.pos_embed"],
  ["vit.encoder.mid_position_embeddings", "backbone.mid_pos_embed"],
  ["vit.embeddings.patch_embeddings.projection.{p}", "backbone.patch_embed.proj.{p}"],
  [["query", "key", "value"].map((part) => `${from}.attention.attention.${part}.{p}`), `${to}.attn.qkv.{p}`],
  [`${from}.attention.output.dense.{p}`, `${to}.attn.proj.{p}`],
  [`${from}.layernorm_before.{p}`, `${to}.norm1.{p}`],
  [`${from}.layernorm_after.{p}`, `${to}.norm2.{p}`],
  [`${from}.intermediate.dense.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.output.dense.{p}`, `${to}.mlp.fc2.{p}`],
  ["vit.layernorm.{p}", "backbone.norm.{p}"],
  ["class_labels_classifier.layers.{i}.{p}", "class_embed.layers.{i}.{p}"],
  ["bbox_predictor.layers.{i}.{p}", "bbox_embed.layers.{i}.{p}"],
];

/** What transformers' fifth version has in memory. */
const inMemory: Rule = ["vit.encoder.interpolation.mid_position_embeddings", "backbone.mid_pos_embed"];

/** https://github.com/huggingface/transformers/tree/main/src/transformers/models/yolos */
const huggingFace: Dialect = {
  name: "huggingface",
  translate: (names) =>
    names.includes("vit.embeddings.detection_tokens") ? { rules: [...rules, inMemory] } : undefined,
};

/** The official code's names, which are ours: said, lest the backbone is taken for a ViT. https://github.com/hustvl/YOLOS */
const official: Dialect = {
  name: "yolos",
  translate: (names) => (names.includes("backbone.det_token") ? { rules: [] } : undefined),
};

/** Others' names for a YOLOS: transformers', and the official ones, which are ours. */
export const yolosDialects: readonly Dialect[] = [huggingFace, official];

/** Transformers' names for a YOLOS. */
export function namesForHuggingFace(_tensors: Checkpoint["tensors"]): HuggingFaceTable {
  return { modelType: "yolos", rules: reversedRules(rules) };
}
