import type { Variant } from "@tessera/core";
import type { SparseRcnnModelConfig } from "./config.ts";

/** A published model, with the number of its weights: those that learn, as frozen norms are not counted. */
export type SparseRcnnVariant = SparseRcnnModelConfig & Variant;

// Sun et al. 2021, section 4: classes are COCO's, without gaps.
const base = {
  classes: 80,
  stages: 6,
  width: 256,
  heads: 8,
  mlpDim: 2048,
  dynamicWidth: 64,
  source: "https://arxiv.org/abs/2011.12450",
};
const r50 = { block: "bottleneck", depths: [3, 4, 6, 3] } as const;
const r101 = { block: "bottleneck", depths: [3, 4, 23, 3] } as const;

/** Named after the authors' configs: the backbone, then the number of proposals. */
export const sparseRcnnVariants = {
  sparse_rcnn_r50_100pro: { ...base, proposals: 100, backbone: r50, params: 106_237_768 },
  sparse_rcnn_r50_300pro: { ...base, proposals: 300, backbone: r50, params: 106_289_768 },
  sparse_rcnn_r101_100pro: { ...base, proposals: 100, backbone: r101, params: 125_177_672 },
  sparse_rcnn_r101_300pro: { ...base, proposals: 300, backbone: r101, params: 125_229_672 },
} satisfies Record<string, SparseRcnnVariant>;

/** Name of a variant. */
export type SparseRcnnName = keyof typeof sparseRcnnVariants;

/** Names of all variants. */
export const sparseRcnnNames = Object.keys(sparseRcnnVariants) as SparseRcnnName[];
