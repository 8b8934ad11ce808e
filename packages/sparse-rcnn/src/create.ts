import { checkedOptions, variantConfig } from "@tessera/core";
import { resnetBackbone } from "./backbone.ts";
import { type SparseRcnnModelConfig, sparseRcnnOptions } from "./config.ts";
import { SparseRcnn } from "./model.ts";
import { type SparseRcnnName, sparseRcnnVariants } from "./variants.ts";

/** True for the name of a variant. */
export function isSparseRcnnName(name: string): name is SparseRcnnName {
  return Object.hasOwn(sparseRcnnVariants, name);
}

/**
 * A variant, with overrides: `createSparseRcnn("sparse_rcnn_r50_100pro", { classes: 3 })`. Its parameters are declared; `init` or `load`
 * fills them.
 *
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
 */
export function createSparseRcnn(
  name: SparseRcnnName | (string & {}),
  overrides: Partial<SparseRcnnModelConfig> = {},
): SparseRcnn<SparseRcnnModelConfig> {
  return buildSparseRcnn({
    ...variantConfig<SparseRcnnModelConfig>("createSparseRcnn", sparseRcnnVariants, name),
    ...checkedOptions("createSparseRcnn", overrides, sparseRcnnOptions),
  });
}

/** A Sparse R-CNN with a ResNet for its backbone, which its config says too. */
export function buildSparseRcnn(config: SparseRcnnModelConfig): SparseRcnn<SparseRcnnModelConfig> {
  return new SparseRcnn(config, resnetBackbone(config.backbone));
}
