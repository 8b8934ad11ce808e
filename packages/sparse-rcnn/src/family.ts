import type { DetectorFamily } from "@tessera/detection";
import { configFrom } from "./config-from.ts";
import { sparseRcnnDialects } from "./convert.ts";
import { buildSparseRcnn, createSparseRcnn, isSparseRcnnName } from "./create.ts";
import type { SparseRcnnModelConfig } from "./config.ts";
import type { SparseRcnn } from "./model.ts";
import { pretrainedSparseRcnn } from "./pretrained.ts";
import { sparseRcnnVariants } from "./variants.ts";

/** Sparse R-CNNs, as what loads and lists models sees them. transformers has none. */
export const sparseRcnnFamily = {
  name: "sparse-rcnn",
  variants: sparseRcnnVariants,
  build: buildSparseRcnn,
  create: createSparseRcnn,
  pretrained: (variant: string) => (isSparseRcnnName(variant) ? pretrainedSparseRcnn : undefined),
  configFrom,
  dialects: sparseRcnnDialects,
  pixels: {
    shortest: 800,
    longest: 1333,
    rounding: "half-up",
    scale: 1,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
  },
} satisfies DetectorFamily<SparseRcnn<SparseRcnnModelConfig>>;
