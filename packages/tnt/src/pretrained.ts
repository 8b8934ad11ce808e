import type { TntName } from "./variants.ts";

/** A published checkpoint: where it lies, what it expects, and under which licence. */
export interface PretrainedTnt {
  /** Repository on the Hugging Face hub. */
  hub: string;
  labels: "imagenet-1k";
  /** Outputs of its head. */
  classes: number;
  /** Share of the resized shorter side that the centre crop keeps. */
  cropPct: number;
  interpolation: "bicubic";
  /** Per channel, of values in 0..1. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  license: "apache-2.0";
}

type Entry = Omit<PretrainedTnt, "hub">;

const in1k: Entry = {
  labels: "imagenet-1k",
  classes: 1000,
  cropPct: 0.9,
  interpolation: "bicubic",
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  license: "apache-2.0",
};

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Partial<Record<TntName, Record<string, Entry>>> = {
  tnt_s_patch16_224: { in1k },
  tnt_b_patch16_224: { in1k },
  tnt_s_legacy_patch16_224: { in1k },
};

/** Checkpoints of a variant by tag, the default first; empty where none is published. */
export function pretrainedTnts(name: TntName): Record<string, PretrainedTnt> {
  return Object.fromEntries(
    Object.entries(tags[name] ?? {}).map(([tag, known]) => [tag, { hub: `timm/${name}.${tag}`, ...known }]),
  );
}
