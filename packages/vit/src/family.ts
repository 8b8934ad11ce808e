import { type Family, blockFeatures } from "@tessera/core";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { readTimm } from "./config-files/read-timm.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { vitDialects } from "./convert.ts";
import { type HuggingFaceModel, namesForHuggingFace } from "./convert/to-hugging-face.ts";
import { createVit, isVitName } from "./create.ts";
import { formerNames } from "./former-names.ts";
import { Vit } from "./model.ts";
import { poolFrom } from "./pool-from.ts";
import { pretrainedVits } from "./pretrained.ts";
import { stemReduction } from "./stem.ts";
import { vitVariants } from "./variants.ts";

/** ViT and its kin, as what loads, saves and lists models sees them. */
export const vitFamily: Family<Vit> = {
  name: "vit",
  variants: vitVariants,
  build: (config) => new Vit(config),
  create: createVit,
  pretrained: (variant) => (isVitName(variant) ? pretrainedVits(variant) : {}),
  configFrom: (tensors) => ({
    classes: tensors.get("head.weight")?.shape[0] ?? 0,
    ...(tensors.has("pre_logits.fc.weight") && { preLogits: true }),
    ...poolFrom(tensors),
  }),
  dialects: vitDialects,
  timm: { architectures: ["vit", "vision_transformer"], formerNames, read: readTimm, write: writeTimm },
  huggingFace: {
    modelTypes,
    read: readHuggingFace,
    write: (config, modelType) => writeHuggingFace(config, modelType as HuggingFaceModel),
    names: namesForHuggingFace,
  },
  featureInfo: ({ depth, width, patchSize, stem }) =>
    blockFeatures(depth, width, stem ? stemReduction(stem) : patchSize),
};
