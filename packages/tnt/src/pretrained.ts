import { type Pretrained, type PretrainedEntry, publishedByTimm } from "@tessera/core";
import { top1 } from "./top1.ts";
import type { TntName } from "./variants.ts";

const in1k: PretrainedEntry = {
  labels: "imagenet-1k",
  classes: 1000,
  cropPct: 0.9,
  interpolation: "bicubic",
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  license: "apache-2.0",
};

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Partial<Record<TntName, Record<string, PretrainedEntry>>> = {
  tnt_s_patch16_224: { in1k },
  tnt_b_patch16_224: { in1k },
  tnt_s_legacy_patch16_224: { in1k },
};

/** Checkpoints of a variant by tag, the default first; empty where none is published. */
export function pretrainedTnts(name: TntName): Record<string, Pretrained> {
  return publishedByTimm(name, tags[name], top1[name]);
}
