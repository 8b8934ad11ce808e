export type { AirbenchConfig } from "./config.ts";
export { createAirbench, isAirbenchName } from "./create.ts";
export { airbenchFamily } from "./family.ts";
export { Airbench } from "./model.ts";
export { type AirbenchName, type AirbenchVariant, airbenchNames, airbenchVariants } from "./variants.ts";
