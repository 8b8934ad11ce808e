export type { SwinConfig } from "./config.ts";
export { createSwin, isSwinName } from "./create.ts";
export { swinFamily } from "./family.ts";
export { Swin } from "./model.ts";
export { pretrainedSwins } from "./pretrained.ts";
export { type SwinName, type SwinVariant, swinNames, swinVariants } from "./variants.ts";
