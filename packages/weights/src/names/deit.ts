import type { NameTable } from "./rule.ts";

/** DeiT and DeiT III as Meta released them: timm's names but for the layer scale. https://github.com/facebookresearch/deit */
export const deit: NameTable = {
  rules: [
    ["blocks.{i}.gamma_1", "blocks.{i}.ls1.gamma"],
    ["blocks.{i}.gamma_2", "blocks.{i}.ls2.gamma"],
  ],
};
