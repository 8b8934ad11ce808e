import type { Dialect } from "@tessera/core";

/** In the transformer's decoder there are two kinds of attention; the backbone beside it may be any. */
const telling = "transformer.decoder.layers.0.multihead_attn.in_proj_weight";

/**
 * The official code's names, which are ours: said, lest the backbone, which has most of them, is taken for the model.
 * https://github.com/facebookresearch/detr
 */
export const official: Dialect = {
  name: "detr",
  translate: (names) => (names.includes(telling) ? { rules: [], dropped: ["*.num_batches_tracked"] } : undefined),
};
