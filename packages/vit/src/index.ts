export type { VitConfig } from "./config.ts";
export { createVit, isVitName } from "./create.ts";
export { vitFamily } from "./family.ts";
export { type VitInit, vitInit } from "./init.ts";
export { mimeticInit } from "./mimetic.ts";
export { Vit } from "./model.ts";
export { pretrainedVits } from "./pretrained.ts";
export type { VitFeatures } from "./tokens.ts";
export { type VitName, type VitVariant, vitNames, vitVariants } from "./variants.ts";
