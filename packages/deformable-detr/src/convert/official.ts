import type { Dialect } from "@tessera/core";

const telling = "transformer.decoder.layers.0.cross_attn.sampling_offsets.weight";

/**
 * The official code's names, which are ours. Its decoder has the heads again where boxes are refined; those that layers share, the model
 * takes once by itself. https://github.com/fundamentalvision/Deformable-DETR
 */
export const official: Dialect = {
  name: "deformable_detr",
  translate(names) {
    if (!names.includes(telling)) return undefined;
    return {
      rules: [],
      dropped: ["*.num_batches_tracked", "transformer.decoder.bbox_embed.*", "transformer.decoder.class_embed.*"],
    };
  },
};
