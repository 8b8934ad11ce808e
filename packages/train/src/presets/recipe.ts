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

/** What every training is besides model and data, as plain data. */
interface AnyRecipe {
  epochs: number;
  /** Images of a step. */
  batchSize: number;
  optimizer: "sgd" | "adam" | "adamW" | "lamb" | "muon";
  /** Highest learning rate, at this batch size. */
  rate: number;
  /** What it ends with. @default 0 */
  finalRate?: number;
  schedule: "cosine" | "linear" | "constant" | "one-cycle" | "stepped";
  /** Epochs after which a `stepped` rate falls to a tenth. */
  drops?: readonly number[];
  /** Epochs in which the rate rises from near 0. @default 0 */
  warmup?: number;
  /** @default 0 */
  weightDecay?: number;
  /** Of SGD and Muon. @default 0.9 for SGD, 0.95 for Muon */
  momentum?: number;
  clipNorm?: number;
  /** @default 0 */
  dropout?: number;
  /** Decay of averages of the weights. @default none */
  ema?: number;
}

/** All that a classifier's training is besides model and data. Vectors, positions and tokens do not decay. */
export interface Recipe extends AnyRecipe {
  /** Factor from one block's rate to that of the block below. @default 1 */
  layerDecay?: number;
  /** @default "cross-entropy" */
  loss?: "cross-entropy" | "binary-cross-entropy";
  /** Where a teacher is given: DeiT's, which `distillation` describes. */
  distillation?: Omit<DistillationOptions, "loss">;
  /** Label smoothing. @default 0 */
  smoothing?: number;
  /** @default 0 */
  dropPath?: number;
  /** Share of the patches that each picture goes without: Liu et al. 2022. @default 0 */
  patchDropout?: number;
  /** α of mixup; 0 is off. @default 0 */
  mixup?: number;
  /** α of cutmix; 0 is off. @default 0 */
  cutmix?: number;
  /** Share of the steps after which nothing is mixed any more. @default 1 */
  mixUntil?: number;
  augmentation: Augmentation;
}

/** How training pictures are changed with their boxes, in the words of `@tessera/data`. */
export interface BoxAugmentation {
  flip?: "random";
  /** Cuts every second picture: brought to one of some scales, then cut to sides from `least` to `most` pixels. */
  crop?: { scales: readonly number[]; least: number; most: number };
  /** Pixels of the shorter side, one of which is drawn for each picture. @default as at inference */
  scales?: readonly number[];
}

/** All that a detector's training is besides model and data. All that is learnt decays, as in DETR. */
export interface DetectionRecipe extends AnyRecipe {
  /** The rate of some parts, as a share of the others': of parameters that have this name in their path. */
  rates?: Readonly<Record<string, number>>;
  augmentation: BoxAugmentation;
}

/** A recipe that somebody has published, or that we have measured. */
export interface Preset<R = Recipe> {
  about: string;
  source: string;
  recipe: R;
}
