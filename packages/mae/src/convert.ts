import { type Dialect, type HuggingFaceTable, type Rule, reversedRules } from "@tessera/core";

/** Lines of a block; query, key and value are one tensor in the official names. */
function block(from: string, to: string): Rule[] {
  return [
    [["query", "key", "value"].map((part) => `${from}.attention.attention.${part}.{p}`), `${to}.attn.qkv.{p}`],
    [`${from}.attention.output.dense.{p}`, `${to}.attn.proj.{p}`],
    [`${from}.layernorm_before.{p}`, `${to}.norm1.{p}`],
    [`${from}.layernorm_after.{p}`, `${to}.norm2.{p}`],
    [`${from}.intermediate.dense.{p}`, `${to}.mlp.fc1.{p}`],
    [`${from}.output.dense.{p}`, `${to}.mlp.fc2.{p}`],
  ];
}

const rules: readonly Rule[] = [
  ["vit.embeddings.cls_token", "cls_token"],
  ["vit.embeddings.position_embeddings", "pos_embed"],
  ["vit.embeddings.patch_embeddings.projection.{p}", "patch_embed.proj.{p}"],
  ...block("vit.encoder.layer.{i}", "blocks.{i}"),
  ["vit.layernorm.{p}", "norm.{p}"],
  ["decoder.mask_token", "mask_token"],
  ["decoder.decoder_pos_embed", "decoder_pos_embed"],
  ["decoder.decoder_embed.{p}", "decoder_embed.{p}"],
  ...block("decoder.decoder_layers.{i}", "decoder_blocks.{i}"),
  ["decoder.decoder_norm.{p}", "decoder_norm.{p}"],
  ["decoder.decoder_pred.{p}", "decoder_pred.{p}"],
];

/** As transformers 5 writes the decoder's blocks; it reads the other names as well, and nobody else knows these. */
const renamed = block("decoder.decoder_encoder.layer.{i}", "decoder_blocks.{i}");

/** ViT-MAE by the names in transformers' files. https://github.com/huggingface/transformers/tree/main/src/transformers/models/vit_mae */
const huggingFace: Dialect = {
  name: "huggingface",
  translate: (names) =>
    names.includes("decoder.decoder_embed.weight") ? { rules: [...rules, ...renamed] } : undefined,
};

/** The official names, which are ours. https://github.com/facebookresearch/mae */
const official: Dialect = {
  name: "mae",
  translate: (names) => (names.some((name) => name.endsWith("decoder_embed.weight")) ? { rules: [] } : undefined),
};

/** Others' names for masked autoencoders. */
export const maeDialects: readonly Dialect[] = [huggingFace, official];

/** Transformers' names. */
export function namesForHuggingFace(): HuggingFaceTable {
  return { modelType: "vit_mae", rules: reversedRules(rules) };
}
