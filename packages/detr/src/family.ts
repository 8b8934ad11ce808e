import type { Checkpoint, Dialect, HuggingFaceTable } from "@tessera/core";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import type { DetrModelConfig } from "./config.ts";
import { namesForHuggingFace } from "./convert/hugging-face.ts";
import { detrDialects } from "./convert.ts";
import { buildDetr, createDetr, isDetrName } from "./create.ts";
import { type Detections, detections } from "./detections.ts";
import type { Detr } from "./model.ts";
import type { PictureSizes } from "./places.ts";
import { type PretrainedDetr, pretrainedDetr } from "./pretrained.ts";
import type { Predictions } from "./predictions.ts";
import { type DetrVariant, detrVariants } from "./variants.ts";

/** All that loading, saving and listing know of a family of detectors, as `Family` is of backbones. */
export interface DetectorFamily {
  readonly name: string;
  /** Published models, named as their authors name them. */
  readonly variants: Readonly<Record<string, DetrVariant>>;
  /** A detector with any configuration. Its parameters are declared; `init` or `load` fills them. */
  build(config: DetrModelConfig): Detr;
  /**
   * A published variant, with overrides.
   * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
   */
  create(variant: string, overrides?: Partial<DetrModelConfig>): Detr;
  /** The checkpoint of a variant; undefined where none is published. */
  pretrained(variant: string): PretrainedDetr | undefined;
  /** What its predictions say of pictures. */
  detections(predictions: Predictions, sizes: PictureSizes): Promise<Detections[]>;
  /** What a checkpoint in the official names tells of its model's config. */
  configFrom(tensors: Checkpoint["tensors"]): Partial<DetrModelConfig>;
  /** Others' names for its tensors, the most telling first. */
  readonly dialects: readonly Dialect[];
  /** How transformers' `config.json` describes its models, and its names for their tensors. */
  readonly huggingFace: {
    readonly modelTypes: readonly string[];
    read(config: Readonly<Record<string, unknown>>, where: string, tensors?: Checkpoint["tensors"]): DetrModelConfig;
    write(config: DetrModelConfig): Record<string, unknown>;
    names(tensors: Checkpoint["tensors"]): HuggingFaceTable;
  };
}

/** DETRs, as what loads, saves and lists models sees them. */
export const detrFamily: DetectorFamily = {
  name: "detr",
  variants: detrVariants,
  build: buildDetr,
  create: createDetr,
  pretrained: (variant) => (isDetrName(variant) ? pretrainedDetr(variant) : undefined),
  configFrom(tensors) {
    const outputs = tensors.get("class_embed.weight")?.shape[0];
    const queries = tensors.get("query_embed.weight")?.shape[0];
    return { ...(outputs !== undefined && { classes: outputs - 1 }), ...(queries !== undefined && { queries }) };
  },
  detections,
  dialects: detrDialects,
  huggingFace: { modelTypes, read: readHuggingFace, write: writeHuggingFace, names: namesForHuggingFace },
};
