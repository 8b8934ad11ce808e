import { type LabelSpace, type Pretrained, type PretrainedEntry, classCounts, publishedByTimm } from "@tessera/core";
import { top1 } from "./top1.ts";
import type { HybridName } from "./variants.ts";

function entry(labels: LabelSpace, cropPct: number): PretrainedEntry {
  return {
    labels,
    classes: classCounts[labels],
    cropPct,
    interpolation: "bicubic",
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    license: "apache-2.0",
  };
}

const augreg224 = { augreg_in21k_ft_in1k: entry("imagenet-1k", 0.9), augreg_in21k: entry("imagenet-21k", 0.9) };
const augreg384 = { augreg_in21k_ft_in1k: entry("imagenet-1k", 1) };

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Partial<Record<HybridName, Record<string, PretrainedEntry>>> = {
  vit_tiny_r_s16_p8_224: augreg224,
  vit_tiny_r_s16_p8_384: augreg384,
  vit_small_r26_s32_224: augreg224,
  vit_small_r26_s32_384: augreg384,
  vit_base_r50_s16_224: { orig_in21k: entry("none", 0.9) },
  vit_base_r50_s16_384: { orig_in21k_ft_in1k: entry("imagenet-1k", 1) },
  vit_large_r50_s32_224: augreg224,
  vit_large_r50_s32_384: augreg384,
};

/** Checkpoints of a variant by tag, the default first; empty where none is published. */
export function pretrainedHybrids(name: HybridName): Record<string, Pretrained> {
  return publishedByTimm(name, tags[name], top1[name]);
}
