import type { ColourJitter } from "./colour-jitter.ts";
import type { RandomErasing } from "./erasing.ts";
import type { PaddedCrop } from "./padded-crop.ts";
import type { Policy } from "./policy.ts";
import type { RandomResizedCrop } from "./random-resized-crop.ts";

/**
 * What is done to training pictures, in this order, timm's: crop, flip, policy, jitter, erasing. Plain data: it can be
 * stored and sent as JSON, to workers too. What is absent is not done.
 */
export interface Augmentation {
  /** @default the crop of the preprocessing, always in the middle */
  readonly crop?: PaddedCrop | RandomResizedCrop;
  /**
   * Mirrors left and right: `random` every second picture on average; `alternating` the same, but each picture in every
   * second epoch, which a training sees faster through (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds").
   */
  readonly flip?: "random" | "alternating";
  /** A name is read by `parsePolicy`: `rand-m9-mstd0.5-inc1`, `trivial`, `3a`. */
  readonly policy?: Policy | string;
  readonly jitter?: ColourJitter;
  readonly erasing?: RandomErasing;
  /** How often a picture comes in a row, augmented anew each time; an epoch stays as long. @default 1 */
  readonly repeats?: number;
}
