import type { Variant } from "@tessera/core";
import type { YolosConfig } from "./config.ts";

/** A published model, with the number of its weights. */
export type YolosVariant = YolosConfig & Variant;

// Fang et al. 2021, table 1: classes are COCO's ids from 0 to 90, of which ten stand for nothing.
const base = {
  patchSize: 16,
  depth: 12,
  classes: 91,
  queries: 100,
  // transformers', for which the files on the hub are.
  epsilon: 1e-12,
  source: "https://arxiv.org/abs/2106.00666",
};

/** Named as by the authors, in lower case: Ti, S and B. */
export const yolosVariants = {
  yolos_ti: { ...base, imageSize: [800, 1333], width: 192, heads: 3, mlpDim: 768, params: 6_488_736 },
  yolos_s: {
    ...base,
    imageSize: [512, 864],
    width: 384,
    heads: 6,
    mlpDim: 1536,
    midPositions: true,
    params: 30_684_768,
  },
  yolos_b: { ...base, imageSize: [800, 1344], width: 768, heads: 12, mlpDim: 3072, midPositions: true, params: 127_798_368 }, // prettier-ignore
} satisfies Record<string, YolosVariant>;

/** Name of a variant. */
export type YolosName = keyof typeof yolosVariants;

/** Names of all variants. */
export const yolosNames = Object.keys(yolosVariants) as YolosName[];
