import type { SwinName } from "./variants.ts";

/** Top-1 on ImageNet-1k in per cent by variant and tag, as timm measured it (results-imagenet.csv). */
export const top1: Readonly<Partial<Record<SwinName, Readonly<Record<string, number>>>>> = {
  swin_tiny_patch4_window7_224: { ms_in1k: 81.388, ms_in22k_ft_in1k: 80.966 },
  swin_small_patch4_window7_224: { ms_in22k_ft_in1k: 83.33, ms_in1k: 83.228 },
  swin_base_patch4_window7_224: { ms_in22k_ft_in1k: 85.276, ms_in1k: 83.604 },
  swin_base_patch4_window12_384: { ms_in22k_ft_in1k: 86.442, ms_in1k: 84.478 },
  swin_large_patch4_window7_224: { ms_in22k_ft_in1k: 86.32 },
  swin_large_patch4_window12_384: { ms_in22k_ft_in1k: 87.142 },
  swinv2_tiny_window8_256: { ms_in1k: 81.824 },
  swinv2_tiny_window16_256: { ms_in1k: 82.828 },
  swinv2_small_window8_256: { ms_in1k: 83.844 },
  swinv2_small_window16_256: { ms_in1k: 84.216 },
  swinv2_base_window8_256: { ms_in1k: 84.246 },
  swinv2_base_window16_256: { ms_in1k: 84.608 },
  swinv2_base_window12to16_192to256: { ms_in22k_ft_in1k: 86.27 },
  swinv2_base_window12to24_192to384: { ms_in22k_ft_in1k: 87.142 },
  swinv2_large_window12to16_192to256: { ms_in22k_ft_in1k: 86.934 },
  swinv2_large_window12to24_192to384: { ms_in22k_ft_in1k: 87.474 },
};
