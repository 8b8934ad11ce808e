import { type Family, blockFeatures } from "@tessera/core";
import { readTimm } from "./config-files/read-timm.ts";
import { writeTimm } from "./config-files/write-timm.ts";
import { hybridDialects } from "./convert.ts";
import { createHybrid, isHybridName } from "./create.ts";
import { Hybrid } from "./model.ts";
import { pretrainedHybrids } from "./pretrained.ts";
import { hybridVariants } from "./variants.ts";

/** Hybrids, as what loads, saves and lists models sees them. */
export const hybridFamily: Family<Hybrid> = {
  name: "hybrid",
  variants: hybridVariants,
  build: (config) => new Hybrid(config),
  create: createHybrid,
  pretrained: (variant) => (isHybridName(variant) ? pretrainedHybrids(variant) : {}),
  configFrom: (tensors) => ({
    classes: tensors.get("head.weight")?.shape[0] ?? 0,
    ...(tensors.has("pre_logits.fc.weight") && { preLogits: true }),
  }),
  dialects: hybridDialects,
  timm: { architectures: [], read: readTimm, write: writeTimm },
  featureInfo: ({ depth, width, patchSize, backbone }) =>
    blockFeatures(depth, width, 4 * patchSize * 2 ** Math.max(0, backbone.depths.length - 1)),
};
