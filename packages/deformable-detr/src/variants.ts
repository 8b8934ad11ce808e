import type { Variant } from "@tessera/core";
import type { DeformableDetrModelConfig } from "./config.ts";

/** A published model, with the number of its weights: those that learn, as frozen norms are not counted. */
export type DeformableDetrVariant = DeformableDetrModelConfig & Variant;

// Zhu et al. 2021, section 5: classes are COCO's ids from 0 to 90, of which ten stand for nothing.
const base = {
  classes: 91,
  queries: 300,
  width: 256,
  heads: 8,
  levels: 4,
  points: 4,
  encoderDepth: 6,
  decoderDepth: 6,
  mlpDim: 1024,
  refine: false,
  twoStage: false,
  dropout: 0.1,
  backbone: { block: "bottleneck", depths: [3, 4, 6, 3] },
  source: "https://arxiv.org/abs/2010.04159",
} as const;

/** Named as their checkpoints. DC5: the last stage is dilated, so that the map has twice the side. */
export const deformableDetrVariants = {
  deformable_detr: { ...base, params: 40_069_665 },
  deformable_detr_single_scale: { ...base, levels: 1, params: 34_066_593 },
  deformable_detr_single_scale_dc5: {
    ...base,
    levels: 1,
    backbone: { ...base.backbone, outputStride: 16 },
    params: 34_066_593,
  },
  deformable_detr_with_box_refine: { ...base, refine: true, params: 40_849_660 },
  deformable_detr_with_box_refine_two_stage: { ...base, refine: true, twoStage: true, params: 41_181_529 },
} satisfies Record<string, DeformableDetrVariant>;

/** Name of a variant. */
export type DeformableDetrName = keyof typeof deformableDetrVariants;

/** Names of all variants. */
export const deformableDetrNames = Object.keys(deformableDetrVariants) as DeformableDetrName[];
