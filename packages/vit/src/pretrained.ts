import { type LabelSpace, type Pretrained, type PretrainedEntry, classCounts, publishedByTimm } from "@tessera/core";
import { top1 } from "./top1.ts";
import type { VitName } from "./variants.ts";

const halfMean = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
const imagenetMean = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

function entry(
  labels: LabelSpace,
  pixels: Pick<PretrainedEntry, "mean" | "std">,
  cropPct: number,
  license: PretrainedEntry["license"] = "apache-2.0",
): PretrainedEntry {
  return { labels, classes: classCounts[labels], cropPct, interpolation: "bicubic", ...pixels, license };
}

const deit = (cropPct: number) => ({ fb_in1k: entry("imagenet-1k", imagenetMean, cropPct) });
const deit3 = (cropPct: number) => ({
  ...deit(cropPct),
  fb_in22k_ft_in1k: entry("imagenet-1k", imagenetMean, 1),
});
const dinov2 = { lvd142m: entry("none", imagenetMean, 1) };
const flexivit = {
  "1200ep_in1k": entry("imagenet-1k", halfMean, 0.95),
  "600ep_in1k": entry("imagenet-1k", halfMean, 0.95),
  "300ep_in1k": entry("imagenet-1k", halfMean, 0.95),
};

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Partial<Record<VitName, Record<string, PretrainedEntry>>> = {
  vit_tiny_patch16_224: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
  },
  vit_tiny_patch16_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_small_patch32_224: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
  },
  vit_small_patch32_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_small_patch16_224: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
    dino: entry("none", imagenetMean, 0.9),
  },
  vit_small_patch16_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
    augreg_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_small_patch8_224: {
    dino: entry("none", imagenetMean, 0.9),
  },
  vit_base_patch32_224: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in1k: entry("imagenet-1k", halfMean, 0.9),
    orig_in21k: entry("none", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
    sam_in1k: entry("imagenet-1k", halfMean, 0.9),
  },
  vit_base_patch32_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
    augreg_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_base_patch16_224: {
    augreg2_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    orig_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in1k: entry("imagenet-1k", halfMean, 0.9),
    orig_in21k: entry("none", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
    sam_in1k: entry("imagenet-1k", halfMean, 0.9),
    dino: entry("none", imagenetMean, 0.9),
    mae: entry("none", imagenetMean, 0.9, "cc-by-nc-4.0"),
  },
  vit_base_patch16_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
    orig_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
    augreg_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_base_patch8_224: {
    augreg2_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
    dino: entry("none", imagenetMean, 0.9),
  },
  vit_large_patch32_224: {
    orig_in21k: entry("none", halfMean, 0.9),
  },
  vit_large_patch32_384: {
    orig_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_large_patch16_224: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 0.9),
    orig_in21k: entry("none", halfMean, 0.9),
    augreg_in21k: entry("imagenet-21k", halfMean, 0.9),
    mae: entry("none", imagenetMean, 0.9, "cc-by-nc-4.0"),
  },
  vit_large_patch16_384: {
    augreg_in21k_ft_in1k: entry("imagenet-1k", halfMean, 1.0),
  },
  vit_huge_patch14_224: {
    orig_in21k: entry("none", halfMean, 0.9),
    mae: entry("none", imagenetMean, 0.9, "cc-by-nc-4.0"),
  },
  deit_tiny_patch16_224: deit(0.9),
  deit_small_patch16_224: deit(0.9),
  deit_base_patch16_224: deit(0.9),
  deit_base_patch16_384: deit(1.0),
  deit_tiny_distilled_patch16_224: deit(0.9),
  deit_small_distilled_patch16_224: deit(0.9),
  deit_base_distilled_patch16_224: deit(0.9),
  deit_base_distilled_patch16_384: deit(1.0),
  deit3_small_patch16_224: deit3(0.9),
  deit3_small_patch16_384: deit3(1.0),
  deit3_medium_patch16_224: deit3(0.9),
  deit3_base_patch16_224: deit3(0.9),
  deit3_base_patch16_384: deit3(1.0),
  deit3_large_patch16_224: deit3(0.9),
  deit3_large_patch16_384: deit3(1.0),
  deit3_huge_patch14_224: deit3(0.9),
  vit_small_patch14_dinov2: dinov2,
  vit_base_patch14_dinov2: dinov2,
  vit_large_patch14_dinov2: dinov2,
  vit_giant_patch14_dinov2: dinov2,
  vit_small_patch14_reg4_dinov2: dinov2,
  vit_base_patch14_reg4_dinov2: dinov2,
  vit_large_patch14_reg4_dinov2: dinov2,
  vit_giant_patch14_reg4_dinov2: dinov2,
  flexivit_small: flexivit,
  flexivit_base: {
    ...flexivit,
    "1000ep_in21k": entry("imagenet-21k", halfMean, 0.95),
    "300ep_in21k": entry("imagenet-21k", halfMean, 0.95),
    patch16_in21k: entry("imagenet-21k", halfMean, 0.95),
    patch30_in21k: entry("imagenet-21k", halfMean, 0.95),
  },
  flexivit_large: flexivit,
};

/** Checkpoints of a variant by tag, the default first; empty where none is published. */
export function pretrainedVits(name: VitName): Record<string, Pretrained> {
  return publishedByTimm(name, tags[name], top1[name]);
}
