import { type Family, blockFeatures } from "@tessera/core";
import { readTimm } from "./config-files/read-timm.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { tntDialects } from "./convert.ts";
import { createTnt, isTntName } from "./create.ts";
import { Tnt } from "./model.ts";
import { pretrainedTnts } from "./pretrained.ts";
import { tntVariants } from "./variants.ts";

/** Transformer in Transformer, as what loads, saves and lists models sees it. */
export const tntFamily: Family<Tnt> = {
  name: "tnt",
  variants: tntVariants,
  build: (config) => new Tnt(config),
  create: createTnt,
  pretrained: (variant) => (isTntName(variant) ? pretrainedTnts(variant) : {}),
  configFrom: (tensors) => ({ classes: tensors.get("head.weight")?.shape[0] ?? 0 }),
  dialects: tntDialects,
  timm: { architectures: ["tnt"], read: readTimm, write: writeTimm },
  featureInfo: ({ depth, width, patchSize }) => blockFeatures(depth, width, patchSize),
};
