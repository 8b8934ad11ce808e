export type { VitDetConfig, VitDetRules } from "./config.ts";
export { createVitDet, isVitDetName } from "./create.ts";
export { vitDetFamily } from "./family.ts";
export { VitDet } from "./model.ts";
export { type VitDetName, type VitDetVariant, vitDetNames, vitDetVariants } from "./variants.ts";
