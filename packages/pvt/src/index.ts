export type { PvtConfig, Stages } from "./config.ts";
export { createPvt, isPvtName } from "./create.ts";
export { pvtFamily } from "./family.ts";
export { Pvt } from "./model.ts";
export { pretrainedPvts } from "./pretrained.ts";
export { type PvtName, type PvtVariant, pvtNames, pvtVariants } from "./variants.ts";
