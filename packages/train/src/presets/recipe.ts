import type { DistillationOptions } from "../losses/distillation.ts";

/** How training pictures are changed before the model sees them, in the words of `@tessera/data`. */
export interface Augmentation {
  /** `resized`: a part of so much of the area, resized. `padded`: moved by up to so many pixels. @default as at inference */
  crop?:
    | { kind: "resized"; scale?: readonly [number, number] }
    | { kind: "padded"; padding: number; mode?: "constant" | "reflect" | "edge" };
  /** `alternating` mirrors each picture in every other epoch. */
  flip?: "random" | "alternating";
  /** Changes of colour and form by timm's names: `rand-m9-mstd0.5-inc1`, `trivial`, `3a`. */
  policy?: string;
  /** How far brightness, contrast and saturation may change. */
  jitter?: { brightness?: number; contrast?: number; saturation?: number };
  /** A rectangle of noise. */
  erasing?: { probability: number; mode?: "const" | "pixel" };
  /** How often a picture comes within an epoch, each time changed otherwise; an epoch is as long as ever. @default 1 */
  repeats?: number;
}

/** All that a training is besides model and data, as plain data. */
export interface Recipe {
  epochs: number;
  /** Images of a step. */
  batchSize: number;
  optimizer: "sgd" | "adam" | "adamW" | "lamb" | "muon";
  /** Highest learning rate, at this batch size. */
  rate: number;
  /** What it ends with. @default 0 */
  finalRate?: number;
  schedule: "cosine" | "linear" | "constant" | "one-cycle";
  /** Epochs in which the rate rises from near 0. @default 0 */
  warmup?: number;
  /** Not on 1-D parameters, positions and tokens. @default 0 */
  weightDecay?: number;
  /** Factor from one block's rate to that of the block below. @default 1 */
  layerDecay?: number;
  /** Of SGD and Muon. @default 0.9 for SGD, 0.95 for Muon */
  momentum?: number;
  clipNorm?: number;
  /** @default "cross-entropy" */
  loss?: "cross-entropy" | "binary-cross-entropy";
  /** Where a teacher is given: DeiT's, which `distillation` describes. */
  distillation?: Omit<DistillationOptions, "loss">;
  /** Label smoothing. @default 0 */
  smoothing?: number;
  /** @default 0 */
  dropout?: number;
  /** @default 0 */
  dropPath?: number;
  /** Share of the patches that each picture goes without: Liu et al. 2022. @default 0 */
  patchDropout?: number;
  /** Decay of averages of the weights. @default none */
  ema?: number;
  /** α of mixup; 0 is off. @default 0 */
  mixup?: number;
  /** α of cutmix; 0 is off. @default 0 */
  cutmix?: number;
  /** Share of the steps after which nothing is mixed any more. @default 1 */
  mixUntil?: number;
  augmentation: Augmentation;
}

/** A recipe that somebody has published, or that we have measured. */
export interface Preset {
  about: string;
  source: string;
  recipe: Recipe;
}
