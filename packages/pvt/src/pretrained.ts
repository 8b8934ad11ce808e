import { type Pretrained, type PretrainedEntry, publishedByTimm } from "@tessera/core";
import { top1 } from "./top1.ts";
import type { PvtName } from "./variants.ts";

const imagenet: PretrainedEntry = {
  labels: "imagenet-1k",
  classes: 1000,
  cropPct: 0.9,
  interpolation: "bicubic",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  license: "apache-2.0",
};

/**
 * Checkpoints of a variant by tag, the default first; empty where the hub is not known to have one. Version 2's are timm's.
 * Of version 1 it has what transformers names, in transformers' names; the authors' own files load with `arch`.
 */
export function pretrainedPvts(name: PvtName): Record<string, Pretrained> {
  if (name.startsWith("pvt_v2_")) return publishedByTimm(name, { in1k: imagenet }, top1[name]);
  if (name !== "pvt_tiny") return {};
  return { in1k: { hub: "Xrenya/pvt-tiny-224", ...imagenet, cropPct: 0.875, top1: top1.pvt_tiny!["in1k"]! } };
}
