/** How training pictures are changed before the model sees them, in the words of `@tessera/data`. */
export interface Augmentation {
  /** `resized`: a part of so much of the area, resized. `padded`: moved by up to so many pixels. @default as at inference */
  crop?:
    | { kind: "resized"; scale?: readonly [number, number] }
    | { kind: "padded"; padding: number; mode?: "constant" | "reflect" | "edge" };
  /** `alternating` mirrors each picture in every other epoch. */
  flip?: "random" | "alternating";
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
  optimizer: "sgd" | "adam" | "adamW" | "lamb";
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
  /** Of SGD. @default 0.9 */
  momentum?: number;
  clipNorm?: number;
  /** @default "cross-entropy" */
  loss?: "cross-entropy" | "binary-cross-entropy";
  /** Label smoothing. @default 0 */
  smoothing?: number;
  /** @default 0 */
  dropout?: number;
  /** @default 0 */
  dropPath?: number;
  /** Decay of averages of the weights. @default none */
  ema?: number;
  /** α of mixup; 0 is off. @default 0 */
  mixup?: number;
  /** α of cutmix; 0 is off. @default 0 */
  cutmix?: number;
  augmentation: Augmentation;
}

/** A recipe that somebody has published, or that we have measured. */
export interface Preset {
  about: string;
  source: string;
  recipe: Recipe;
}
