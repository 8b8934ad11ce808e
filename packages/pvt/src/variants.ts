import type { Variant } from "@tessera/core";
import type { PvtConfig, Stages } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type PvtVariant = PvtConfig & Variant;

const shared = {
  imageSize: 224,
  widths: [64, 128, 320, 512] as Stages<number>,
  heads: [1, 2, 5, 8] as Stages<number>,
  mlpRatios: [8, 8, 4, 4] as Stages<number>,
  reductions: [8, 4, 2, 1] as Stages<number>,
  classes: 1000,
};

// Wang et al. 2021, table 1, and 2022, table 1.
const first = { ...shared, version: 1, source: "https://arxiv.org/abs/2102.12122" } as const;
const second = { ...shared, version: 2, source: "https://arxiv.org/abs/2106.13797" } as const;

/** Named as in timm, so a checkpoint's name finds its config; those of version 1, which timm has not, as their authors name them. */
export const pvtVariants = {
  pvt_tiny: { ...first, depths: [2, 2, 2, 2], params: 13_229_288 },
  pvt_small: { ...first, depths: [3, 4, 6, 3], params: 24_485_864 },
  pvt_medium: { ...first, depths: [3, 4, 18, 3], params: 44_208_104 },
  pvt_large: { ...first, depths: [3, 8, 27, 3], params: 61_369_320 },
  pvt_v2_b0: { ...second, depths: [2, 2, 2, 2], widths: [32, 64, 160, 256], params: 3_666_760 },
  pvt_v2_b1: { ...second, depths: [2, 2, 2, 2], params: 14_009_000 },
  pvt_v2_b2: { ...second, depths: [3, 4, 6, 3], params: 25_362_856 },
  pvt_v2_b2_li: { ...second, depths: [3, 4, 6, 3], linear: true, params: 22_553_512 },
  pvt_v2_b3: { ...second, depths: [3, 4, 18, 3], params: 45_238_696 },
  pvt_v2_b4: { ...second, depths: [3, 8, 27, 3], params: 62_556_072 },
  pvt_v2_b5: { ...second, depths: [3, 6, 40, 3], mlpRatios: [4, 4, 4, 4], params: 81_956_008 },
} satisfies Record<string, PvtVariant>;

/** Name of a variant. */
export type PvtName = keyof typeof pvtVariants;

/** Names of all variants. */
export const pvtNames = Object.keys(pvtVariants) as PvtName[];
