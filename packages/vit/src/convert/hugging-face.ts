import { type Dialect, type Rule, layouts } from "@tessera/core";

/** What Hugging Face's models put before their tensors; a bare model has none. */
const prefixes = ["vit.", "deit.", "dinov2.", "dinov2_with_registers."];

const telling = /^(?:\w+\.)?embeddings\.patch_embeddings\.projection\.weight$/;

const [from, to] = ["encoder.layer.{i}", "blocks.{i}"];

/** Lines of every model. Query, key and value are one tensor in timm. */
export const huggingFaceShared: readonly Rule[] = [
  ["embeddings.patch_embeddings.projection.{p}", "patch_embed.proj.{p}"],
  ["embeddings.distillation_token", "dist_token"],
  ["embeddings.register_tokens", "reg_token"],
  [["query", "key", "value"].map((part) => `${from}.attention.attention.${part}.{p}`), `${to}.attn.qkv.{p}`],
  [`${from}.attention.output.dense.{p}`, `${to}.attn.proj.{p}`],
  ["layernorm.{p}", "norm.{p}"],
];

/** The rest of a block in ViT, DeiT and ViT-MAE. */
export const huggingFaceBlock: readonly Rule[] = [
  [`${from}.layernorm_before.{p}`, `${to}.norm1.{p}`],
  [`${from}.layernorm_after.{p}`, `${to}.norm2.{p}`],
  [`${from}.intermediate.dense.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.output.dense.{p}`, `${to}.mlp.fc2.{p}`],
];

/** The rest of a block in DINOv2, but for its MLP. */
export const huggingFaceDinov2Block: readonly Rule[] = [
  [`${from}.norm1.{p}`, `${to}.norm1.{p}`],
  [`${from}.norm2.{p}`, `${to}.norm2.{p}`],
  [`${from}.layer_scale1.lambda1`, `${to}.ls1.gamma`],
  [`${from}.layer_scale2.lambda1`, `${to}.ls2.gamma`],
];

/** DINOv2's MLP. */
export const huggingFaceDinov2Mlp: readonly Rule[] = [
  [`${from}.mlp.fc1.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.mlp.fc2.{p}`, `${to}.mlp.fc2.{p}`],
];

/** DINOv2-g's gated MLP: the gate is the first half of the rows, as in timm's packed SwiGLU. */
export const huggingFaceSwiGlu: readonly Rule[] = [
  [`${from}.mlp.weights_in.{p}`, `${to}.mlp.fc1.{p}`],
  [`${from}.mlp.weights_out.{p}`, `${to}.mlp.fc2.{p}`],
];

export const huggingFaceHead: readonly Rule[] = [["classifier.{p}", "head.{p}"]];

export const huggingFaceTeacherHeads: readonly Rule[] = [
  ["cls_classifier.{p}", "head.{p}"],
  ["distillation_classifier.{p}", "head_dist.{p}"],
];

const positions: readonly Rule[] = [
  ["embeddings.cls_token", "cls_token"],
  ["embeddings.position_embeddings", "pos_embed"],
];

/** With registers timm has positions for patches only, and the class token holds its own. */
const foldedPositions: readonly Rule[] = [
  [["embeddings.cls_token", "embeddings.position_embeddings"], "cls_token", layouts.plusFirst],
  ["embeddings.position_embeddings", "pos_embed", layouts.withoutFirst],
];

/**
 * Hugging Face's ViT, DeiT (with and without teacher), DINOv2 (with and without registers) and the encoder of ViT-MAE,
 * by the names in their files: https://github.com/huggingface/transformers/tree/main/src/transformers/models/vit
 */
export const huggingFace: Dialect = {
  name: "huggingface",
  translate(names) {
    if (!names.some((name) => telling.test(name))) return undefined;
    const hasRegisters = names.some((name) => name.endsWith("embeddings.register_tokens"));
    const isDinov2 = names.some((name) => name.endsWith(".layer_scale1.lambda1"));
    return {
      rules: [
        ...(hasRegisters ? foldedPositions : positions),
        ...huggingFaceShared,
        ...huggingFaceBlock,
        ...huggingFaceDinov2Block,
        ...huggingFaceDinov2Mlp,
        ...huggingFaceSwiGlu,
        ...huggingFaceHead,
        ...huggingFaceTeacherHeads,
      ],
      // the pooler serves feature models only; the decoder is ViT-MAE's or that of masked image modelling
      dropped: ["embeddings.mask_token", "pooler.*", "decoder.*"],
      prefixes,
      activation: "gelu",
      // the config classes' defaults
      epsilon: isDinov2 ? 1e-6 : 1e-12,
    };
  },
};
