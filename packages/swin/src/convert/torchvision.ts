import { type Dialect, type Rule, layouts } from "@tessera/core";
import { mergingRules } from "./merging.ts";

/** Stages stand at odd places of torchvision's list, merging at the even ones between them. */
const stages = Array.from({ length: 4 }, (_, stage) => [
  `features.${2 * stage + 1}.{i}`,
  `layers.${stage}.blocks.{i}`,
]) as [string, string][];

const shared: readonly Rule[] = [
  ["features.0.0.{p}", "patch_embed.proj.{p}"],
  ["features.0.2.{p}", "patch_embed.norm.{p}"],
  ...mergingRules((stage) => `features.${2 * stage + 2}`),
  ...stages.flatMap(([from, to]): Rule[] => [
    [`${from}.norm1.{p}`, `${to}.norm1.{p}`],
    [`${from}.attn.qkv.weight`, `${to}.attn.qkv.weight`],
    [`${from}.attn.proj.{p}`, `${to}.attn.proj.{p}`],
    [`${from}.norm2.{p}`, `${to}.norm2.{p}`],
    [`${from}.mlp.0.{p}`, `${to}.mlp.fc1.{p}`],
    [`${from}.mlp.3.{p}`, `${to}.mlp.fc2.{p}`],
  ]),
  ["head.{p}", "head.fc.{p}"],
];

const positions: Readonly<Record<1 | 2, readonly Rule[]>> = {
  1: stages.flatMap(([from, to]): Rule[] => [
    [`${from}.attn.qkv.bias`, `${to}.attn.qkv.bias`],
    [`${from}.attn.relative_position_bias_table`, `${to}.attn.relative_position_bias_table`],
  ]),
  2: stages.flatMap(([from, to]): Rule[] => [
    // the rows between them are the keys', which torchvision keeps at zero
    [`${from}.attn.qkv.bias`, `${to}.attn.q_bias`, layouts.rowsOf(0, 3)],
    [`${from}.attn.qkv.bias`, `${to}.attn.v_bias`, layouts.rowsOf(2, 3)],
    [`${from}.attn.logit_scale`, `${to}.attn.logit_scale`],
    [`${from}.attn.cpb_mlp.0.{p}`, `${to}.attn.cpb_mlp.0.{p}`],
    [`${from}.attn.cpb_mlp.2.weight`, `${to}.attn.cpb_mlp.2.weight`],
  ]),
};

/** torchvision's SwinTransformer: https://github.com/pytorch/vision/blob/main/torchvision/models/swin_transformer.py */
export const torchvision: Dialect = {
  name: "torchvision",
  translate(names) {
    if (!names.includes("features.1.0.attn.qkv.weight")) return undefined;
    const version = names.includes("features.1.0.attn.logit_scale") ? 2 : 1;
    return {
      rules: [...shared, ...positions[version]],
      dropped: ["*.relative_position_index", "*.relative_coords_table"],
      activation: "gelu",
      epsilon: 1e-5,
    };
  },
};
