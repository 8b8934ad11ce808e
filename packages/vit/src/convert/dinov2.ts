import { type Dialect, type Rule, layouts } from "@tessera/core";

const telling = /^(?:backbone\.)?(?:register_tokens|mask_token|blocks\.\d+\.mlp\.w12\.weight)$/;

const swiGlu: readonly Rule[] = [
  ["blocks.{i}.mlp.w12.{p}", "blocks.{i}.mlp.fc1.{p}"],
  ["blocks.{i}.mlp.w3.{p}", "blocks.{i}.mlp.fc2.{p}"],
];

/** With registers timm has positions for patches only, and the class token holds its own. */
const registers: readonly Rule[] = [
  ["register_tokens", "reg_token"],
  [["cls_token", "pos_embed"], "cls_token", layouts.plusFirst],
  ["pos_embed", "pos_embed", layouts.withoutFirst],
];

/** DINOv2 as Meta released it, with and without registers. https://github.com/facebookresearch/dinov2 */
export const dinov2: Dialect = {
  name: "dinov2",
  translate(names) {
    if (!names.some((name) => telling.test(name))) return undefined;
    const hasRegisters = names.some((name) => name.endsWith("register_tokens"));
    return {
      rules: hasRegisters ? [...registers, ...swiGlu] : swiGlu,
      dropped: ["mask_token", "head.mlp.*", "head.last_layer.*", "dino_head.*", "ibot_head.*"],
      prefixes: ["backbone."],
      activation: "gelu",
      epsilon: 1e-6,
    };
  },
};
