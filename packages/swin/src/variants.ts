import type { Variant } from "@tessera/core";
import type { SwinConfig } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type SwinVariant = SwinConfig & Variant;

const tiny = { width: 96, depths: [2, 2, 6, 2], heads: [3, 6, 12, 24] } as const;
const small = { ...tiny, depths: [2, 2, 18, 2] } as const;
const base = { width: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] } as const;
const large = { width: 192, depths: [2, 2, 18, 2], heads: [6, 12, 24, 48] } as const;

const imagenet = { patchSize: 4, classes: 1000 };
// Liu et al. 2021, section 3.3.
const at224 = { ...imagenet, imageSize: 224, windowSize: 7, source: "https://arxiv.org/abs/2103.14030" };
const at384 = { ...at224, imageSize: 384, windowSize: 12 };
/** S3, whose windows a search chose for each stage: Chen et al. 2021. */
const searched = { ...imagenet, imageSize: 224, source: "https://arxiv.org/abs/2111.14725" };

// Liu et al. 2022, section 3.4.
const second = { ...imagenet, version: 2, source: "https://arxiv.org/abs/2111.09883" } as const;
const window8 = { ...second, imageSize: 256, windowSize: 8 };
const window16 = { ...window8, windowSize: 16 };
/** Pre-training on 22k classes at 192 pixels, where the last stage is six tokens wide. */
const at192 = { ...second, imageSize: 192, windowSize: 12, classes: 21_841 };
const pretrainedWindows = [12, 12, 12, 6] as const;
const to256 = { ...window16, pretrainedWindows };
const to384 = { ...second, imageSize: 384, windowSize: 24, pretrainedWindows };

/** Named as in timm, so a checkpoint's name finds its config. */
export const swinVariants = {
  swin_tiny_patch4_window7_224: { ...at224, ...tiny, params: 28_288_354 },
  swin_small_patch4_window7_224: { ...at224, ...small, params: 49_606_258 },
  swin_base_patch4_window7_224: { ...at224, ...base, params: 87_768_224 },
  swin_base_patch4_window12_384: { ...at384, ...base, params: 87_903_584 },
  swin_large_patch4_window7_224: { ...at224, ...large, params: 196_532_476 },
  swin_large_patch4_window12_384: { ...at384, ...large, params: 196_735_516 },
  swin_s3_tiny_224: { ...searched, ...tiny, windowSize: [7, 7, 14, 7], params: 28_328_674 },
  swin_s3_small_224: { ...searched, ...small, windowSize: [14, 14, 14, 7], params: 49_737_298 },
  swin_s3_base_224: { ...searched, ...tiny, depths: [2, 2, 30, 2], windowSize: [7, 7, 14, 7], params: 71_125_762 },
  swinv2_tiny_window8_256: { ...window8, ...tiny, params: 28_347_154 },
  swinv2_tiny_window16_256: { ...window16, ...tiny, params: 28_347_154 },
  swinv2_small_window8_256: { ...window8, ...small, params: 49_728_418 },
  swinv2_small_window16_256: { ...window16, ...small, params: 49_728_418 },
  swinv2_base_window8_256: { ...window8, ...base, params: 87_918_816 },
  swinv2_base_window16_256: { ...window16, ...base, params: 87_918_816 },
  swinv2_base_window12_192: { ...at192, ...base, params: 109_280_841 },
  swinv2_base_window12to16_192to256: { ...to256, ...base, params: 87_918_816 },
  swinv2_base_window12to24_192to384: { ...to384, ...base, params: 87_918_816 },
  swinv2_large_window12_192: { ...at192, ...large, params: 228_772_549 },
  swinv2_large_window12to16_192to256: { ...to256, ...large, params: 196_739_932 },
  swinv2_large_window12to24_192to384: { ...to384, ...large, params: 196_739_932 },
} satisfies Record<string, SwinVariant>;

/** Name of a variant. */
export type SwinName = keyof typeof swinVariants;

/** Names of all variants. */
export const swinNames = Object.keys(swinVariants) as SwinName[];
