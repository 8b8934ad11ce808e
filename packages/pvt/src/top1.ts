import type { PvtName } from "./variants.ts";

/** Top-1 on ImageNet-1k in per cent by variant and tag: of version 2 as timm measured it (results-imagenet.csv), of version 1 as its authors did. */
export const top1: Readonly<Partial<Record<PvtName, Readonly<Record<string, number>>>>> = {
  pvt_tiny: { in1k: 75.1 },
  pvt_v2_b0: { in1k: 70.654 },
  pvt_v2_b1: { in1k: 78.698 },
  pvt_v2_b2: { in1k: 82.062 },
  pvt_v2_b2_li: { in1k: 82.2 },
  pvt_v2_b3: { in1k: 83.12 },
  pvt_v2_b4: { in1k: 83.71 },
  pvt_v2_b5: { in1k: 83.76 },
};
