export { type PyramidBackbone, resnetBackbone } from "./backbone.ts";
export type { SparseResNet, SparseRcnnConfig, SparseRcnnModelConfig } from "./config.ts";
export { createSparseRcnn, isSparseRcnnName } from "./create.ts";
export { detections } from "./detections.ts";
export { sparseRcnnFamily } from "./family.ts";
export { SparseRcnn } from "./model.ts";
export { pretrainedSparseRcnn } from "./pretrained.ts";
export { type SparseRcnnName, type SparseRcnnVariant, sparseRcnnNames, sparseRcnnVariants } from "./variants.ts";
