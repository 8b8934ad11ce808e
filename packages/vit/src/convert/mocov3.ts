import type { Dialect } from "@tessera/core";

/**
 * MoCo v3's training files: timm's names, in an encoder that learned and in one that followed it. As for its authors' linear
 * classifier, the first is taken, without projection. https://github.com/facebookresearch/moco-v3
 */
export const mocov3: Dialect = {
  name: "mocov3",
  translate: (names) =>
    names.some((name) => name.startsWith("base_encoder.blocks."))
      ? {
          rules: [],
          dropped: ["head.*", "momentum_encoder.*", "predictor.*"],
          prefixes: ["base_encoder."],
          activation: "gelu",
          epsilon: 1e-6,
        }
      : undefined,
};
