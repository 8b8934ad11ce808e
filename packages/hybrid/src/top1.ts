import type { HybridName } from "./variants.ts";

/** Top-1 on ImageNet-1k in per cent by variant and tag, as timm measured it (results-imagenet.csv). */
export const top1: Readonly<Partial<Record<HybridName, Readonly<Record<string, number>>>>> = {
  vit_tiny_r_s16_p8_224: { augreg_in21k_ft_in1k: 71.8 },
  vit_tiny_r_s16_p8_384: { augreg_in21k_ft_in1k: 75.962 },
  vit_small_r26_s32_224: { augreg_in21k_ft_in1k: 81.856 },
  vit_small_r26_s32_384: { augreg_in21k_ft_in1k: 84.066 },
  vit_base_r50_s16_384: { orig_in21k_ft_in1k: 84.988 },
  vit_large_r50_s32_224: { augreg_in21k_ft_in1k: 84.434 },
  vit_large_r50_s32_384: { augreg_in21k_ft_in1k: 86.188 },
};
