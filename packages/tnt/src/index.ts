export type { OuterPositionsConfig, TntConfig } from "./config.ts";
export { createTnt, isTntName } from "./create.ts";
export { tntFamily } from "./family.ts";
export { Tnt, type TntFeatures } from "./model.ts";
export { pretrainedTnts } from "./pretrained.ts";
export { type TntName, type TntVariant, tntNames, tntVariants } from "./variants.ts";
