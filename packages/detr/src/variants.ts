import type { Variant } from "@tessera/core";
import type { DetrModelConfig } from "./config.ts";

/** A published model, with the number of its weights: those that learn, as frozen norms are not counted. */
export type DetrVariant = DetrModelConfig & Variant;

// Carion et al. 2020, section 4: classes are COCO's ids from 0 to 90, of which ten stand for nothing.
const base = {
  classes: 91,
  queries: 100,
  width: 256,
  heads: 8,
  encoderDepth: 6,
  decoderDepth: 6,
  mlpDim: 2048,
  dropout: 0.1,
  source: "https://arxiv.org/abs/2005.12872",
};
const r50 = { block: "bottleneck", depths: [3, 4, 6, 3] } as const;
const r101 = { block: "bottleneck", depths: [3, 4, 23, 3] } as const;

/** Named as the official code names them for `torch.hub`. DC5: the last stage is dilated, so that the map has twice the side. */
export const detrVariants = {
  detr_resnet50: { ...base, backbone: r50, params: 41_524_768 },
  detr_resnet50_dc5: { ...base, backbone: { ...r50, outputStride: 16 }, params: 41_524_768 },
  detr_resnet101: { ...base, backbone: r101, params: 60_464_672 },
  detr_resnet101_dc5: { ...base, backbone: { ...r101, outputStride: 16 }, params: 60_464_672 },
} satisfies Record<string, DetrVariant>;

/** Name of a variant. */
export type DetrName = keyof typeof detrVariants;

/** Names of all variants. */
export const detrNames = Object.keys(detrVariants) as DetrName[];
