export type { MaeConfig } from "./config.ts";
export { createMae, isMaeName } from "./create.ts";
export { maeFamily } from "./family.ts";
export { type Masking, hiddenPatches, maskingByNoise, maskingOf, randomMasking } from "./masking.ts";
export { Mae, type MaeInputs } from "./model.ts";
export { type PretrainedMae, pretrainedMae } from "./pretrained.ts";
export { type MaeName, type MaeVariant, maeNames, maeVariants } from "./variants.ts";
