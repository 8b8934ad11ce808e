import type { Variant } from "@tessera/core";
import type { VitConfig } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type VitVariant = VitConfig & Variant;

// Dosovitskiy et al. 2021, table 1; Ti and S from Touvron et al. 2021; M from DeiT III; g and G from Zhai et al. 2022.
const tiny = { width: 192, depth: 12, heads: 3, mlpDim: 768 };
const small = { width: 384, depth: 12, heads: 6, mlpDim: 1536 };
const medium = { width: 512, depth: 12, heads: 8, mlpDim: 2048 };
const base = { width: 768, depth: 12, heads: 12, mlpDim: 3072 };
const large = { width: 1024, depth: 24, heads: 16, mlpDim: 4096 };
const huge = { width: 1280, depth: 32, heads: 16, mlpDim: 5120 };
const giant = { width: 1408, depth: 40, heads: 16, mlpDim: 6144 };
const gigantic = { width: 1664, depth: 48, heads: 16, mlpDim: 8192 };
const dinoGiant = { width: 1536, depth: 40, heads: 24, mlpDim: 4096, mlp: "swiglu" } as const;

const vit = { classes: 1000, source: "https://arxiv.org/abs/2010.11929" };
const deit = { classes: 1000, source: "https://arxiv.org/abs/2012.12877" };
const distilled = { ...deit, distilled: true };
const deit3 = { classes: 1000, layerScale: 1e-4, positionOnPrefix: false, source: "https://arxiv.org/abs/2204.07118" };
const dinov2 = {
  imageSize: 518,
  patchSize: 14,
  classes: 0,
  layerScale: 1e-5,
  source: "https://arxiv.org/abs/2304.07193",
};
const dinov2Registers = {
  ...dinov2,
  registers: 4,
  positionOnPrefix: false,
  source: "https://arxiv.org/abs/2309.16588",
};
const flexivit = {
  imageSize: 240,
  patchSize: 16,
  classes: 1000,
  positionOnPrefix: false,
  source: "https://arxiv.org/abs/2212.08013",
};

/** For 32 × 32 pixels: the sizes of CCT-6/3×2 (Hassani et al. 2021), with plain pre-norm blocks. */
const cifar = {
  imageSize: 32,
  patchSize: 4,
  width: 256,
  depth: 6,
  heads: 4,
  mlpDim: 512,
  classes: 10,
  classToken: false,
  source: "https://arxiv.org/abs/2104.05704",
} as const;

/** Its stem is the first two of three groups of airbench94, which may start it: a hybrid as in the ViT paper, in small. */
const hybrid = { width: 192, heads: 3, mlpDim: 384, classToken: true } as const;

/** Named as in timm, so a checkpoint's name finds its config; those for 32 pixels have no name there. */
export const vitVariants = {
  vit_tiny_patch16_224: { ...vit, ...tiny, imageSize: 224, patchSize: 16, params: 5_717_416 },
  vit_tiny_patch16_384: { ...vit, ...tiny, imageSize: 384, patchSize: 16, params: 5_790_376 },
  vit_small_patch32_224: { ...vit, ...small, imageSize: 224, patchSize: 32, params: 22_878_952 },
  vit_small_patch32_384: { ...vit, ...small, imageSize: 384, patchSize: 32, params: 22_915_432 },
  vit_small_patch16_224: { ...vit, ...small, imageSize: 224, patchSize: 16, params: 22_050_664 },
  vit_small_patch16_384: { ...vit, ...small, imageSize: 384, patchSize: 16, params: 22_196_584 },
  vit_small_patch8_224: { ...vit, ...small, imageSize: 224, patchSize: 8, classes: 0, params: 21_670_272 },
  vit_base_patch32_224: { ...vit, ...base, imageSize: 224, patchSize: 32, params: 88_224_232 },
  vit_base_patch32_384: { ...vit, ...base, imageSize: 384, patchSize: 32, params: 88_297_192 },
  vit_base_patch16_224: { ...vit, ...base, imageSize: 224, patchSize: 16, params: 86_567_656 },
  vit_base_patch16_384: { ...vit, ...base, imageSize: 384, patchSize: 16, params: 86_859_496 },
  vit_base_patch8_224: { ...vit, ...base, imageSize: 224, patchSize: 8, params: 86_576_872 },
  vit_large_patch32_224: { ...vit, ...large, imageSize: 224, patchSize: 32, classes: 0, params: 305_510_400 },
  vit_large_patch32_384: { ...vit, ...large, imageSize: 384, patchSize: 32, params: 306_632_680 },
  vit_large_patch16_224: { ...vit, ...large, imageSize: 224, patchSize: 16, params: 304_326_632 },
  vit_large_patch16_384: { ...vit, ...large, imageSize: 384, patchSize: 16, params: 304_715_752 },
  vit_large_patch14_224: { ...vit, ...large, imageSize: 224, patchSize: 14, params: 304_203_752 },
  vit_huge_patch14_224: { ...vit, ...huge, imageSize: 224, patchSize: 14, classes: 0, params: 630_764_800 },
  vit_giant_patch14_224: { ...vit, ...giant, imageSize: 224, patchSize: 14, params: 1_012_611_432 },
  vit_gigantic_patch14_224: { ...vit, ...gigantic, imageSize: 224, patchSize: 14, params: 1_844_440_680 },
  deit_tiny_patch16_224: { ...deit, ...tiny, imageSize: 224, patchSize: 16, params: 5_717_416 },
  deit_small_patch16_224: { ...deit, ...small, imageSize: 224, patchSize: 16, params: 22_050_664 },
  deit_base_patch16_224: { ...deit, ...base, imageSize: 224, patchSize: 16, params: 86_567_656 },
  deit_base_patch16_384: { ...deit, ...base, imageSize: 384, patchSize: 16, params: 86_859_496 },
  deit_tiny_distilled_patch16_224: { ...distilled, ...tiny, imageSize: 224, patchSize: 16, params: 5_910_800 },
  deit_small_distilled_patch16_224: { ...distilled, ...small, imageSize: 224, patchSize: 16, params: 22_436_432 },
  deit_base_distilled_patch16_224: { ...distilled, ...base, imageSize: 224, patchSize: 16, params: 87_338_192 },
  deit_base_distilled_patch16_384: { ...distilled, ...base, imageSize: 384, patchSize: 16, params: 87_630_032 },
  deit3_small_patch16_224: { ...deit3, ...small, imageSize: 224, patchSize: 16, params: 22_059_496 },
  deit3_small_patch16_384: { ...deit3, ...small, imageSize: 384, patchSize: 16, params: 22_205_416 },
  deit3_medium_patch16_224: { ...deit3, ...medium, imageSize: 224, patchSize: 16, params: 38_849_512 },
  deit3_base_patch16_224: { ...deit3, ...base, imageSize: 224, patchSize: 16, params: 86_585_320 },
  deit3_base_patch16_384: { ...deit3, ...base, imageSize: 384, patchSize: 16, params: 86_877_160 },
  deit3_large_patch16_224: { ...deit3, ...large, imageSize: 224, patchSize: 16, params: 304_374_760 },
  deit3_large_patch16_384: { ...deit3, ...large, imageSize: 384, patchSize: 16, params: 304_763_880 },
  deit3_huge_patch14_224: { ...deit3, ...huge, imageSize: 224, patchSize: 14, params: 632_126_440 },
  vit_small_patch14_dinov2: { ...dinov2, ...small, params: 22_056_192 },
  vit_base_patch14_dinov2: { ...dinov2, ...base, params: 86_579_712 },
  vit_large_patch14_dinov2: { ...dinov2, ...large, params: 304_367_616 },
  vit_giant_patch14_dinov2: { ...dinov2, ...dinoGiant, params: 1_136_479_232 },
  vit_small_patch14_reg4_dinov2: { ...dinov2Registers, ...small, params: 22_057_344 },
  vit_base_patch14_reg4_dinov2: { ...dinov2Registers, ...base, params: 86_582_016 },
  vit_large_patch14_reg4_dinov2: { ...dinov2Registers, ...large, params: 304_370_688 },
  vit_giant_patch14_reg4_dinov2: { ...dinov2Registers, ...dinoGiant, params: 1_136_483_840 },
  flexivit_small: { ...flexivit, ...small, params: 22_061_416 },
  flexivit_base: { ...flexivit, ...base, params: 86_589_160 },
  flexivit_large: { ...flexivit, ...large, params: 304_355_304 },
  vit_pooled_stem_32: { ...cifar, pool: "sequence", stem: { kind: "pooled", hidden: [64] }, params: 3_331_531 },
  vit_whitened_stem_32: { ...cifar, ...hybrid, stem: { kind: "whitened", hidden: [64, 256] }, params: 2_632_866 },
} satisfies Record<string, VitVariant>;

/** Name of a published variant. */
export type VitName = keyof typeof vitVariants;

/** Names of all variants. */
export const vitNames = Object.keys(vitVariants) as VitName[];
