import type { NameTable } from "./rule.ts";

/** MAE as Meta released it: timm's names, with a decoder that only pre-training needs. https://github.com/facebookresearch/mae */
export const mae: NameTable = {
  rules: [],
  dropped: ["mask_token", "decoder_*"],
};
