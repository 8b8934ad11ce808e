import type { Checkpoint } from "@tessera/core";
import type { DetectorFamily } from "@tessera/detection";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import type { DeformableDetrModelConfig } from "./config.ts";
import { deformableDetrDialects } from "./convert.ts";
import { namesForHuggingFace } from "./convert/hugging-face.ts";
import { buildDeformableDetr, createDeformableDetr, isDeformableDetrName } from "./create.ts";
import type { DeformableDetr } from "./model.ts";
import { pretrainedDeformableDetr } from "./pretrained.ts";
import { deformableDetrVariants } from "./variants.ts";

/** Deformable DETRs, as what loads, saves and lists models sees them. */
export const deformableDetrFamily = {
  name: "deformable-detr",
  variants: deformableDetrVariants,
  build: buildDeformableDetr,
  create: createDeformableDetr,
  pretrained: (variant: string) => (isDeformableDetrName(variant) ? pretrainedDeformableDetr(variant) : undefined),
  configFrom(tensors: Checkpoint["tensors"]) {
    const classes = tensors.get("class_embed.0.weight")?.shape[0];
    const queries = tensors.get("query_embed.weight")?.shape[0];
    return { ...(classes !== undefined && { classes }), ...(queries !== undefined && { queries }) };
  },
  dialects: deformableDetrDialects,
  huggingFace: { modelTypes, read: readHuggingFace, write: writeHuggingFace, names: namesForHuggingFace },
} satisfies DetectorFamily<DeformableDetr<DeformableDetrModelConfig>>;
