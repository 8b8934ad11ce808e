import type { Dialect } from "@tessera/core";

const telling = /^head\.(?:mlp\.\d|last_layer)/;

/** DINO's training files: timm's names under `backbone.`, with a projection head. https://github.com/facebookresearch/dino */
export const dino: Dialect = {
  name: "dino",
  translate: (names) =>
    names.some((name) => telling.test(name))
      ? {
          rules: [],
          dropped: ["head.mlp.*", "head.last_layer.*"],
          prefixes: ["backbone."],
          activation: "gelu",
          epsilon: 1e-6,
        }
      : undefined,
};
