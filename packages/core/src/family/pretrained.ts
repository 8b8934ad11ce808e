/** What a checkpoint's outputs mean. `none`: features, no classifier. */
export type LabelSpace = "imagenet-1k" | "imagenet-21k" | "none";

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
  license: "apache-2.0" | "bsd-3-clause" | "cc-by-nc-4.0";
}

/** The same without where it lies, which follows from its variant and tag. */
export type PretrainedEntry = Omit<Pretrained, "hub">;

/** A variant's checkpoints as timm publishes them: under its own name and the tag. The result is the caller's. */
export function publishedByTimm(
  variant: string,
  tags: Readonly<Record<string, PretrainedEntry>> = {},
): Record<string, Pretrained> {
  return Object.fromEntries(
    Object.entries(tags).map(([tag, known]) => [tag, { hub: `timm/${variant}.${tag}`, ...known }]),
  );
}
