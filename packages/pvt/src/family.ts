import type { Family } from "@tessera/core";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { readTimm } from "./config-files/read-timm.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { type HuggingFaceModel, namesForHuggingFace } from "./convert/hugging-face.ts";
import { pvtDialects } from "./convert.ts";
import { createPvt, isPvtName } from "./create.ts";
import { featureInfo } from "./feature-info.ts";
import { Pvt } from "./model.ts";
import { pretrainedPvts } from "./pretrained.ts";
import { pvtVariants } from "./variants.ts";

/** Pyramid Vision Transformers of both versions, as what loads, saves and lists models sees them. */
export const pvtFamily: Family<Pvt> = {
  name: "pvt",
  variants: pvtVariants,
  build: (config) => new Pvt(config),
  create: createPvt,
  pretrained: (variant) => (isPvtName(variant) ? pretrainedPvts(variant) : {}),
  configFrom: (tensors) => ({ classes: tensors.get("head.weight")?.shape[0] ?? 0 }),
  dialects: pvtDialects,
  timm: { architectures: [], read: readTimm, write: writeTimm },
  huggingFace: {
    modelTypes,
    read: readHuggingFace,
    write: (config, modelType) => writeHuggingFace(config, modelType as HuggingFaceModel),
    names: namesForHuggingFace,
  },
  featureInfo,
};
