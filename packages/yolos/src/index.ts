export type { YolosConfig } from "./config.ts";
export { createYolos, isYolosName } from "./create.ts";
export { yolosFamily } from "./family.ts";
export { Yolos } from "./model.ts";
export { pretrainedYolos } from "./pretrained.ts";
export { type YolosName, type YolosVariant, yolosNames, yolosVariants } from "./variants.ts";
