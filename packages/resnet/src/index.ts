export type { ResNetConfig } from "./config.ts";
export { createResNet, isResNetName } from "./create.ts";
export { resnetFamily } from "./family.ts";
export { ResNet } from "./model.ts";
export { pretrainedResNets } from "./pretrained.ts";
export { type ResNetName, type ResNetVariant, resnetNames, resnetVariants } from "./variants.ts";
