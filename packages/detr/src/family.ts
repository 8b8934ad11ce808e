import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import type { DetrModelConfig } from "./config.ts";
import { detrDialects } from "./convert.ts";
import { namesForHuggingFace } from "./convert/hugging-face.ts";
import { buildDetr, createDetr, isDetrName } from "./create.ts";
import type { Detr } from "./model.ts";
import { pretrainedDetr } from "./pretrained.ts";
import { detrVariants } from "./variants.ts";
import type { Checkpoint } from "@tessera/core";
import type { DetectorFamily } from "@tessera/detection";

/** DETRs, as what loads, saves and lists models sees them. */
export const detrFamily = {
  name: "detr",
  variants: detrVariants,
  build: buildDetr,
  create: createDetr,
  pretrained: (variant: string) => (isDetrName(variant) ? pretrainedDetr(variant) : undefined),
  configFrom(tensors: Checkpoint["tensors"]) {
    const outputs = tensors.get("class_embed.weight")?.shape[0];
    const queries = tensors.get("query_embed.weight")?.shape[0];
    return { ...(outputs !== undefined && { classes: outputs - 1 }), ...(queries !== undefined && { queries }) };
  },
  dialects: detrDialects,
  huggingFace: { modelTypes, read: readHuggingFace, write: writeHuggingFace, names: namesForHuggingFace },
} satisfies DetectorFamily<Detr<DetrModelConfig>>;
