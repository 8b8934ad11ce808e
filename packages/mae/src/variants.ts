import type { Variant } from "@tessera/core";
import type { MaeConfig } from "./config.ts";

/** A published size, with the number of its weights; the tables of positions, which are fixed, are not counted. */
export type MaeVariant = MaeConfig & Variant;

// He et al. 2021, section 4 and appendix A.1: one decoder for all sizes.
const base = {
  imageSize: 224,
  patchSize: 16,
  decoderWidth: 512,
  decoderDepth: 8,
  decoderHeads: 16,
  source: "https://arxiv.org/abs/2111.06377",
};

/** Named as the official code names them. */
export const maeVariants = {
  mae_vit_base_patch16: { ...base, width: 768, depth: 12, heads: 12, params: 111_655_680 },
  mae_vit_large_patch16: { ...base, width: 1024, depth: 24, heads: 16, params: 329_239_296 },
  mae_vit_huge_patch14: { ...base, patchSize: 14, width: 1280, depth: 32, heads: 16, params: 656_613_964 },
} satisfies Record<string, MaeVariant>;

/** Name of a variant. */
export type MaeName = keyof typeof maeVariants;

/** Names of all variants. */
export const maeNames = Object.keys(maeVariants) as MaeName[];
