import type { Dialect, Rule } from "@tessera/core";
import { mergingRules } from "./merging.ts";

/** What follows from the sizes of windows, and is not kept here. */
const computed = ["*.relative_position_index", "*.relative_coords_table", "*.attn_mask"] as const;

const rules: readonly Rule[] = [...mergingRules((stage) => `layers.${stage}.downsample`), ["head.{p}", "head.fc.{p}"]];

/**
 * Both versions as Microsoft released them: https://github.com/microsoft/Swin-Transformer. A first stage that ends with merging
 * tells them from timm's, also without a head.
 */
export const microsoft: Dialect = {
  name: "microsoft",
  translate: (names) =>
    names.some((name) => name.startsWith("layers.0.downsample."))
      ? { rules, dropped: computed, activation: "gelu", epsilon: 1e-5 }
      : undefined,
};

const telling = /^layers\.\d+\.blocks\.\d+\.(?:attn\.relative_(?:position_index|coords_table)|attn_mask)$/;

/** timm's names beside what follows from the sizes of windows, which its models hold in memory. */
export const buffered: Dialect = {
  name: "timm-buffered",
  translate: (names) => (names.some((name) => telling.test(name)) ? { rules: [], dropped: computed } : undefined),
};
