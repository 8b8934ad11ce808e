import type { Dialect, Rule } from "@tessera/core";
import { mergingRules } from "./merging.ts";

/** What Hugging Face's models put before their tensors; a bare model has none. */
const prefixes = ["swin.", "swinv2."];

const telling = /^(?:swin\.|swinv2\.)?encoder\.layers\.0\.blocks\.0\.attention\.self\.query\.weight$/;

const [from, to] = ["encoder.layers.{s}.blocks.{i}", "layers.{s}.blocks.{i}"];

/** Query, key and value are one tensor in timm. */
function ofEach(leaf: "weight" | "bias"): string[] {
  return ["query", "key", "value"].map((part) => `${from}.attention.self.${part}.${leaf}`);
}

const shared: readonly Rule[] = [
  ["embeddings.patch_embeddings.projection.{p}", "patch_embed.proj.{p}"],
  ["embeddings.norm.{p}", "patch_embed.norm.{p}"],
  [ofEach("weight"), `${to}.attn.qkv.weight`],
  [`${from}.attention.output.dense.{p}`, `${to}.attn.proj.{p}`],
  [`${from}.layernorm_before.{p}`, `${to}.norm1.{p}`],
  [`${from}.layernorm_after.{p}`, `${to}.norm2.{p}`],
  [`${from}.intermediate.dense.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.output.dense.{p}`, `${to}.mlp.fc2.{p}`],
  ...mergingRules((stage) => `encoder.layers.${stage}.downsample`),
  ["layernorm.{p}", "norm.{p}"],
];

const positions: Readonly<Record<1 | 2, readonly Rule[]>> = {
  1: [
    [ofEach("bias"), `${to}.attn.qkv.bias`],
    [`${from}.attention.self.relative_position_bias_table`, `${to}.attn.relative_position_bias_table`],
  ],
  2: [
    [`${from}.attention.self.query.bias`, `${to}.attn.q_bias`],
    [`${from}.attention.self.value.bias`, `${to}.attn.v_bias`],
    [`${from}.attention.self.logit_scale`, `${to}.attn.logit_scale`],
    [`${from}.attention.self.continuous_position_bias_mlp.0.{p}`, `${to}.attn.cpb_mlp.0.{p}`],
    [`${from}.attention.self.continuous_position_bias_mlp.2.weight`, `${to}.attn.cpb_mlp.2.weight`],
  ],
};

/** Every name of a bare model of transformers, and timm's. */
export function huggingFaceBody(version: 1 | 2): readonly Rule[] {
  return [...shared, ...positions[version]];
}

export const huggingFaceHead: readonly Rule[] = [["classifier.{p}", "head.fc.{p}"]];

/**
 * Hugging Face's Swin and Swinv2, by the names in their files:
 * https://github.com/huggingface/transformers/tree/main/src/transformers/models/swin
 */
export const huggingFace: Dialect = {
  name: "huggingface",
  translate(names) {
    if (!names.some((name) => telling.test(name))) return undefined;
    const version = names.some((name) => name.endsWith(".attention.self.logit_scale")) ? 2 : 1;
    return {
      rules: [...huggingFaceBody(version), ...huggingFaceHead],
      // what follows from the sizes of windows; the decoder is that of masked image modelling
      dropped: ["*.relative_position_index", "*.relative_coords_table", "embeddings.mask_token", "decoder.*"],
      prefixes,
      activation: "gelu",
      epsilon: 1e-5,
    };
  },
};
