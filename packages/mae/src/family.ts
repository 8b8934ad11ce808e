import { readHuggingFace, writeHuggingFace } from "./config-files/hugging-face.ts";
import type { MaeConfig } from "./config.ts";
import { maeDialects, namesForHuggingFace } from "./convert.ts";
import { createMae, isMaeName } from "./create.ts";
import { Mae } from "./model.ts";
import { pretrainedMae } from "./pretrained.ts";
import { maeVariants } from "./variants.ts";

/** Masked autoencoders, as what loads and saves them sees them. */
export const maeFamily = {
  name: "mae",
  variants: maeVariants,
  build: (config: MaeConfig): Mae => new Mae(config),
  create: createMae,
  pretrained: (variant: string) => (isMaeName(variant) ? pretrainedMae(variant) : undefined),
  dialects: maeDialects,
  huggingFace: {
    modelTypes: ["vit_mae"],
    read: readHuggingFace,
    write: writeHuggingFace,
    names: namesForHuggingFace,
  },
} as const;
