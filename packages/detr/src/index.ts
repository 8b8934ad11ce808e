export { type DetrBackbone, resnetBackbone } from "./backbone.ts";
export type { DetrConfig, DetrModelConfig, DetrResNet } from "./config.ts";
export { createDetr, isDetrName } from "./create.ts";
export { detections } from "./detections.ts";
export { detrFamily } from "./family.ts";
export { Detr } from "./model.ts";
export { pretrainedDetr } from "./pretrained.ts";
export { type Grid, sinePositions } from "./sine-positions.ts";
export { type DetrName, type DetrVariant, detrNames, detrVariants } from "./variants.ts";
