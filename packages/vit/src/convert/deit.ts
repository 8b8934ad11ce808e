import type { Dialect, Rule } from "@tessera/core";

const rules: readonly Rule[] = [
  ["blocks.{i}.gamma_1", "blocks.{i}.ls1.gamma"],
  ["blocks.{i}.gamma_2", "blocks.{i}.ls2.gamma"],
];

/** DeiT and DeiT III as Meta released them: timm's names but for the layer scale. https://github.com/facebookresearch/deit */
export const deit: Dialect = {
  name: "deit",
  translate: (names) =>
    names.some((name) => /^blocks\.\d+\.gamma_1$/.test(name))
      ? { rules, activation: "gelu", epsilon: 1e-6 }
      : undefined,
};
