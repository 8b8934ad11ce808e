import type { Family } from "@tessera/core";
import { modelTypes, readHuggingFace } from "./config-files/read-hugging-face.ts";
import { readTimm } from "./config-files/read-timm.ts";
import { writeHuggingFace } from "./config-files/write-hugging-face.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { namesForHuggingFace } from "./convert/to-hugging-face.ts";
import { swinDialects } from "./convert.ts";
import { createSwin, isSwinName } from "./create.ts";
import { featureInfo } from "./feature-info.ts";
import { Swin } from "./model.ts";
import { pretrainedSwins } from "./pretrained.ts";
import { swinVariants } from "./variants.ts";

/** Swins of both versions, as what loads, saves and lists models sees them. */
export const swinFamily: Family<Swin> = {
  name: "swin",
  variants: swinVariants,
  build: (config) => new Swin(config),
  create: createSwin,
  pretrained: (variant) => (isSwinName(variant) ? pretrainedSwins(variant) : {}),
  configFrom: (tensors) => ({ classes: tensors.get("head.fc.weight")?.shape[0] ?? 0 }),
  dialects: swinDialects,
  timm: { architectures: [], read: readTimm, write: writeTimm },
  huggingFace: { modelTypes, read: readHuggingFace, write: writeHuggingFace, names: namesForHuggingFace },
  featureInfo,
};
