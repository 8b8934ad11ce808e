export type { OuterPositionsConfig, TntConfig } from "./config.ts";
export { createTnt, isTntName } from "./create.ts";
export { tntFamily } from "./family.ts";
export { tntInnerOp } from "./inner-op.ts";
export { tntMergeOp } from "./merge.ts";
export { Tnt, type TntFeatures } from "./model.ts";
export { tntOps } from "./ops.ts";
export { pretrainedTnts } from "./pretrained.ts";
export { type TntName, type TntVariant, tntNames, tntVariants } from "./variants.ts";
