import type { Checkpoint } from "@tessera/core";
import type { DetectorFamily } from "@tessera/detection";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import type { YolosConfig } from "./config.ts";
import { namesForHuggingFace, yolosDialects } from "./convert.ts";
import { createYolos, isYolosName } from "./create.ts";
import { Yolos } from "./model.ts";
import { pretrainedYolos } from "./pretrained.ts";
import { yolosVariants } from "./variants.ts";

/** YOLOS, as what loads, saves and lists models sees it. */
export const yolosFamily = {
  name: "yolos",
  variants: yolosVariants,
  build: (config: YolosConfig) => new Yolos(config),
  create: createYolos,
  pretrained: (variant: string) => (isYolosName(variant) ? pretrainedYolos(variant) : undefined),
  configFrom(tensors: Checkpoint["tensors"]) {
    const outputs = tensors.get("class_embed.layers.2.weight")?.shape[0];
    const queries = tensors.get("backbone.det_token")?.shape[1];
    return { ...(outputs !== undefined && { classes: outputs - 1 }), ...(queries !== undefined && { queries }) };
  },
  dialects: yolosDialects,
  pixels: {
    shortest: 800,
    longest: 1333,
    multiple: 16,
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  huggingFace: { modelTypes, read: readHuggingFace, write: writeHuggingFace, names: namesForHuggingFace },
} satisfies DetectorFamily<Yolos>;
