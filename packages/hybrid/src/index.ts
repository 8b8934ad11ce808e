export type { HybridConfig } from "./config.ts";
export { createHybrid, isHybridName } from "./create.ts";
export { hybridFamily } from "./family.ts";
export { HybridEmbed } from "./hybrid-embed.ts";
export { Hybrid } from "./model.ts";
export { pretrainedHybrids } from "./pretrained.ts";
export { type HybridName, type HybridVariant, hybridNames, hybridVariants } from "./variants.ts";
