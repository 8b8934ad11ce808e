/** What a checkpoint's outputs mean: 21k are Google's 21,843 classes, 22k Microsoft's 21,841. `none`: features, no classifier. */
export type LabelSpace = "imagenet-1k" | "imagenet-21k" | "imagenet-22k" | "none";

/** Outputs of a head for each. */
export const classCounts: Readonly<Record<LabelSpace, number>> = {
  "imagenet-1k": 1000,
  "imagenet-21k": 21_843,
  "imagenet-22k": 21_841,
  none: 0,
};

/** A published checkpoint: where it lies, what it expects, and under which licence. */
export interface Pretrained {
  /** Repository on the Hugging Face hub. */
  hub: string;
  labels: LabelSpace;
  /** Outputs of its head; 0 without one. */
  classes: number;
  /** Share of the resized shorter side that the centre crop keeps. */
  cropPct: number;
  interpolation: "bicubic" | "bilinear";
  /** Per channel, of values in 0..1. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  license: "apache-2.0" | "bsd-3-clause" | "cc-by-nc-4.0" | "mit";
  /** Of ImageNet-1k's validation pictures, the share in per cent whose class is its first answer, as published; undefined where none is. */
  top1?: number;
}

/** The same without where it lies, which follows from its variant and tag. */
export type PretrainedEntry = Omit<Pretrained, "hub" | "top1">;

/** A variant's checkpoints as timm publishes them: under its own name and the tag. The result is the caller's. */
export function publishedByTimm(
  variant: string,
  tags: Readonly<Record<string, PretrainedEntry>> = {},
  top1: Readonly<Record<string, number>> = {},
): Record<string, Pretrained> {
  return Object.fromEntries(
    Object.entries(tags).map(([tag, known]): [string, Pretrained] => {
      const measured = top1[tag];
      return [tag, { hub: `timm/${variant}.${tag}`, ...known, ...(measured !== undefined && { top1: measured }) }];
    }),
  );
}
