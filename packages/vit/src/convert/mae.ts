import type { Dialect } from "@tessera/core";

/** MAE as Meta released it: timm's names, with a decoder that only pre-training needs. https://github.com/facebookresearch/mae */
export const mae: Dialect = {
  name: "mae",
  translate: (names) =>
    names.some((name) => /^decoder_(?:embed|blocks|pred)\./.test(name))
      ? { rules: [], dropped: ["mask_token", "decoder_*"], activation: "gelu", epsilon: 1e-6 }
      : undefined,
};
