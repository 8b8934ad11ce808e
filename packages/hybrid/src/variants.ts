import type { Variant } from "@tessera/core";
import type { HybridConfig } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type HybridVariant = HybridConfig & Variant;

const tiny = { width: 192, depth: 12, heads: 3, mlpDim: 768 };
const small = { width: 384, depth: 12, heads: 6, mlpDim: 1536 };
const base = { width: 768, depth: 12, heads: 12, mlpDim: 3072 };
const large = { width: 1024, depth: 24, heads: 16, mlpDim: 4096 };

// The paper's, and those of "How to train your ViT?".
const vit = { classes: 1000, source: "https://arxiv.org/abs/2010.11929" };
const augreg = { classes: 1000, source: "https://arxiv.org/abs/2106.10270" };

/** The root alone, whose map has a quarter of the side: a token is 32 pixels, though timm's name says 16 and does not count its pooling. */
const root = { patchSize: 8, backbone: { depths: [] } };
const r26 = { patchSize: 1, backbone: { depths: [2, 2, 2, 2] } };
const r50 = { patchSize: 1, backbone: { depths: [3, 4, 6, 3] } };
/** The fourth stage's blocks are in the third, so that a place of the map is 16 pixels. */
const r50s16 = { patchSize: 1, backbone: { depths: [3, 4, 9] } };

/** Named as in timm, so a checkpoint's name finds its config. */
export const hybridVariants = {
  vit_tiny_r_s16_p8_224: { ...augreg, ...tiny, ...root, imageSize: 224, params: 6_337_704 },
  vit_tiny_r_s16_p8_384: { ...augreg, ...tiny, ...root, imageSize: 384, params: 6_355_944 },
  vit_small_r26_s32_224: { ...augreg, ...small, ...r26, imageSize: 224, params: 36_431_912 },
  vit_small_r26_s32_384: { ...augreg, ...small, ...r26, imageSize: 384, params: 36_468_392 },
  vit_base_r26_s32_224: { ...augreg, ...base, ...r26, imageSize: 224, params: 101_383_976 },
  vit_base_r50_s16_224: { ...vit, ...base, ...r50s16, imageSize: 224, classes: 0, params: 97_890_112 },
  vit_base_r50_s16_384: { ...vit, ...base, ...r50s16, imageSize: 384, params: 98_950_952 },
  vit_large_r50_s32_224: { ...augreg, ...large, ...r50, imageSize: 224, params: 328_994_856 },
  vit_large_r50_s32_384: { ...augreg, ...large, ...r50, imageSize: 384, params: 329_092_136 },
} satisfies Record<string, HybridVariant>;

/** Name of a published variant. */
export type HybridName = keyof typeof hybridVariants;

/** Names of all variants. */
export const hybridNames = Object.keys(hybridVariants) as HybridName[];
