import type { Variant } from "@tessera/core";
import type { VitDetConfig } from "./config.ts";

/** A published model, with the number of its weights; those of the head for masks are not counted, which is left out. */
export type VitDetVariant = VitDetConfig & Variant;

/** Named after detectron2's config. Li et al. 2022, appendix A.2: COCO's classes, without gaps. */
export const vitDetVariants = {
  mask_rcnn_vitdet_b: {
    imageSize: 1024,
    patchSize: 16,
    width: 768,
    depth: 12,
    heads: 12,
    mlpDim: 3072,
    window: 14,
    globalEvery: 3,
    pretrainedGrid: 14,
    channels: 256,
    regionWidth: 1024,
    classes: 80,
    dropPath: 0.1,
    params: 108_251_488,
    source: "https://arxiv.org/abs/2203.16527",
  },
} satisfies Record<string, VitDetVariant>;

/** Name of a variant. */
export type VitDetName = keyof typeof vitDetVariants;

/** Names of all variants. */
export const vitDetNames = Object.keys(vitDetVariants) as VitDetName[];
