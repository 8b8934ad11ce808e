import type { Variant } from "@tessera/core";
import type { TntConfig } from "./config.ts";

/** A published size, with the number of its weights; a test holds us to it. */
export type TntVariant = TntConfig & Variant;

const tnt = {
  imageSize: 224,
  patchSize: 16,
  depth: 12,
  classes: 1000,
  source: "https://github.com/huawei-noah/Efficient-AI-Backbones/tree/master/tnt_pytorch",
};
// Han et al. 2021.
const tiny = { width: 192, innerWidth: 12, heads: 3, innerHeads: 2, mlpDim: 768 };
const small = { width: 384, innerWidth: 24, heads: 6, innerHeads: 4, mlpDim: 1536 };
const base = { width: 640, innerWidth: 40, heads: 10, innerHeads: 4, mlpDim: 2560 };

/** Named as in timm, so a checkpoint's name finds its config. Ti is in the paper alone: neither code nor weights are published. */
export const tntVariants = {
  tnt_ti_patch16_224: { ...tnt, ...tiny, source: "https://arxiv.org/abs/2103.00112", params: 6_076_408 },
  tnt_s_patch16_224: { ...tnt, ...small, params: 23_768_584 },
  tnt_b_patch16_224: { ...tnt, ...base, params: 65_428_680 },
  /** What timm called `tnt_s_patch16_224` before May 2025, and its weights until then. */
  tnt_s_legacy_patch16_224: {
    ...tnt,
    ...small,
    legacy: true,
    source: "https://github.com/contrastive/pytorch-image-models",
    params: 23_755_336,
  },
} satisfies Record<string, TntVariant>;

/** Name of a published variant. */
export type TntName = keyof typeof tntVariants;

/** Names of all variants. */
export const tntNames = Object.keys(tntVariants) as TntName[];
