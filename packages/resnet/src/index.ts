export type { ResNetConfig } from "./config.ts";
export { createResNet, isResNetName } from "./create.ts";
export { resnetFamily } from "./family.ts";
export { ResNet } from "./model.ts";
export { pretrainedResNets } from "./pretrained.ts";
export type { StandardizedConfig } from "./standardized/config.ts";
export { StandardizedResNet } from "./standardized/features.ts";
export { Root } from "./standardized/root.ts";
export { type ResNetName, type ResNetVariant, resnetNames, resnetVariants } from "./variants.ts";
