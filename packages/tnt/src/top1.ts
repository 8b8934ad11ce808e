import type { TntName } from "./variants.ts";

/** Top-1 on ImageNet-1k in per cent by variant and tag, as timm measured it (results-imagenet.csv). */
export const top1: Readonly<Partial<Record<TntName, Readonly<Record<string, number>>>>> = {
  tnt_s_patch16_224: { in1k: 81.506 },
  tnt_b_patch16_224: { in1k: 82.864 },
  tnt_s_legacy_patch16_224: { in1k: 81.512 },
};
