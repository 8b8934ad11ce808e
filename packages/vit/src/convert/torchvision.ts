import type { Dialect, Rule } from "@tessera/core";

const [from, to] = ["encoder.layers.encoder_layer_{i}", "blocks.{i}"];

const rules: readonly Rule[] = [
  ["class_token", "cls_token"],
  ["conv_proj.{p}", "patch_embed.proj.{p}"],
  ["encoder.pos_embedding", "pos_embed"],
  [`${from}.ln_1.{p}`, `${to}.norm1.{p}`],
  [`${from}.self_attention.in_proj_{p}`, `${to}.attn.qkv.{p}`],
  [`${from}.self_attention.out_proj.{p}`, `${to}.attn.proj.{p}`],
  [`${from}.ln_2.{p}`, `${to}.norm2.{p}`],
  [`${from}.mlp.0.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.mlp.3.{p}`, `${to}.mlp.fc2.{p}`],
  [`${from}.mlp.linear_1.{p}`, `${to}.mlp.fc1.{p}`], // files before torchvision 0.14
  [`${from}.mlp.linear_2.{p}`, `${to}.mlp.fc2.{p}`],
  ["encoder.ln.{p}", "norm.{p}"],
  ["heads.pre_logits.{p}", "pre_logits.fc.{p}"],
  ["heads.head.{p}", "head.{p}"],
];

/** torchvision's VisionTransformer: https://github.com/pytorch/vision/blob/main/torchvision/models/vision_transformer.py */
export const torchvision: Dialect = {
  name: "torchvision",
  translate: (names) =>
    names.some((name) => name.startsWith("encoder.layers.encoder_layer_0."))
      ? { rules, activation: "gelu", epsilon: 1e-6 }
      : undefined,
};
