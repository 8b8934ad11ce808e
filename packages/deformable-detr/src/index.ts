export { type DeformableBackbone, resnetBackbone } from "./backbone.ts";
export type { DeformableDetrConfig, DeformableDetrModelConfig } from "./config.ts";
export { createDeformableDetr, isDeformableDetrName } from "./create.ts";
export { detections } from "./detections.ts";
export { deformableDetrFamily } from "./family.ts";
export {
  type DeformableBranchInputs,
  MultiScaleAttention,
  type MultiScaleAttentionConfig,
} from "./layers/multi-scale-attention.ts";
export { DeformableDetr, type LayerPredictions } from "./model.ts";
export { pretrainedDeformableDetr } from "./pretrained.ts";
export {
  type DeformableDetrName,
  type DeformableDetrVariant,
  deformableDetrNames,
  deformableDetrVariants,
} from "./variants.ts";
