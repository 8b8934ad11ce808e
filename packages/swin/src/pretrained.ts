import { type Pretrained, type PretrainedEntry, classCounts, publishedByTimm } from "@tessera/core";
import { top1 } from "./top1.ts";
import type { SwinName } from "./variants.ts";

/** Microsoft's checkpoints, as timm lists them: at 384 pixels of whole pictures, else of their middle. */
function microsoft(cropPct: number): PretrainedEntry {
  return {
    labels: "imagenet-1k",
    classes: classCounts["imagenet-1k"],
    cropPct,
    interpolation: "bicubic",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    license: "mit",
  };
}

const middle = microsoft(0.9);
const whole = microsoft(1);

function of22k(entry: PretrainedEntry): PretrainedEntry {
  return { ...entry, labels: "imagenet-22k", classes: classCounts["imagenet-22k"] };
}

/** On ImageNet-1k after 22k, on 1k alone, and on 22k. */
function all(entry: PretrainedEntry): Record<string, PretrainedEntry> {
  return { ms_in22k_ft_in1k: entry, ms_in1k: entry, ms_in22k: of22k(entry) };
}

function large(entry: PretrainedEntry): Record<string, PretrainedEntry> {
  return { ms_in22k_ft_in1k: entry, ms_in22k: of22k(entry) };
}

const only1k = { ms_in1k: middle };

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Record<SwinName, Record<string, PretrainedEntry>> = {
  swin_tiny_patch4_window7_224: { ms_in1k: middle, ms_in22k_ft_in1k: middle, ms_in22k: of22k(middle) },
  swin_small_patch4_window7_224: all(middle),
  swin_base_patch4_window7_224: all(middle),
  swin_base_patch4_window12_384: all(whole),
  swin_large_patch4_window7_224: large(middle),
  swin_large_patch4_window12_384: large(whole),
  swin_s3_tiny_224: only1k,
  swin_s3_small_224: only1k,
  swin_s3_base_224: only1k,
  swinv2_tiny_window8_256: only1k,
  swinv2_tiny_window16_256: only1k,
  swinv2_small_window8_256: only1k,
  swinv2_small_window16_256: only1k,
  swinv2_base_window8_256: only1k,
  swinv2_base_window16_256: only1k,
  swinv2_base_window12_192: { ms_in22k: of22k(middle) },
  swinv2_base_window12to16_192to256: { ms_in22k_ft_in1k: middle },
  swinv2_base_window12to24_192to384: { ms_in22k_ft_in1k: whole },
  swinv2_large_window12_192: { ms_in22k: of22k(middle) },
  swinv2_large_window12to16_192to256: { ms_in22k_ft_in1k: middle },
  swinv2_large_window12to24_192to384: { ms_in22k_ft_in1k: whole },
};

/** Checkpoints of a variant by tag, the default first. */
export function pretrainedSwins(name: SwinName): Record<string, Pretrained> {
  return publishedByTimm(name, tags[name], top1[name]);
}
