import type { NameTable } from "./rule.ts";

/** DINO's training files: timm's names under `backbone.`, with a projection head. https://github.com/facebookresearch/dino */
export const dino: NameTable = {
  rules: [],
  dropped: ["head.mlp.*", "head.last_layer.*"],
};
