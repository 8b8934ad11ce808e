import { familySuite } from "@tessera/testing";
import { vitFamily } from "./family.ts";

const small = { imageSize: 16, patchSize: 8, width: 16, depth: 2, heads: 2, mlpDim: 32 };

familySuite({
  family: vitFamily,
  kinds: [
    "vit_tiny_patch16_224",
    "vit_huge_patch14_224", // no head
    "deit_tiny_patch16_224",
    "deit_tiny_distilled_patch16_224",
    "deit3_small_patch16_224",
    "vit_small_patch14_dinov2",
    "vit_giant_patch14_dinov2", // SwiGLU
    "vit_small_patch14_reg4_dinov2",
    "flexivit_small",
    "vit_pooled_stem_32",
  ],
  small,
  written: {
    timm: [
      ["vit_tiny_patch16_224", { ...small, classes: 3 }],
      ["vit_tiny_patch16_224", { ...small, classes: 3, activation: "gelu_tanh", qkvBias: false, qkNorm: true }],
      ["vit_tiny_patch16_224", { ...small, classes: 0, classToken: false, pool: "attention" }],
      ["vit_tiny_patch16_224", { ...small, classes: 3, preNorm: true, pool: "mean", patchSize: [8, 4] }],
      ["vit_tiny_patch16_224", { ...small, classes: 3, poolNorm: true }],
      ["vit_tiny_patch16_224", { ...small, classes: 3, pool: "mean", poolNorm: false }],
      ["vit_small_patch14_dinov2", { ...small, classes: 3, pool: "token-and-mean" }],
      ["deit_tiny_distilled_patch16_224", { ...small, classes: 3 }],
      ["deit3_small_patch16_224", { ...small, classes: 3, mlpDim: 31 }],
      ["vit_giant_patch14_dinov2", { ...small, mlpDim: 21 }],
      ["vit_small_patch14_reg4_dinov2", small],
      ["vit_pooled_stem_32", { ...small, classes: 3, stem: { kind: "pooled", hidden: [8] } }],
      ["vit_whitened_stem_32", { ...small, classes: 3, stem: { kind: "whitened", hidden: [8, 12] } }],
    ],
    huggingFace: [
      ["vit_tiny_patch16_224", { ...small, classes: 3, epsilon: 1e-12, activation: "gelu_tanh", qkvBias: false }],
      ["vit_huge_patch14_224", small],
      ["deit_tiny_distilled_patch16_224", { ...small, classes: 3 }],
      ["vit_small_patch14_dinov2", small],
      ["vit_small_patch14_dinov2", { ...small, classes: 3, pool: "token-and-mean" }],
      ["vit_giant_patch14_dinov2", { ...small, mlpDim: 48 }],
    ],
  },
});
