import { TesseraError } from "@tessera/core";
import type { Recipe } from "@tessera/train";
import type { TrainSettings } from "./settings.ts";

/** How long a training is, in the steps and batches that `fit` counts. */
export interface Length {
  stepsPerEpoch: number;
  steps: number;
  /** Images of one forward. */
  batchSize: number;
  accumulate: number;
}

/** @throws {TesseraError} if the pictures make no step, or a batch no whole parts. */
export function lengthOf(
  { batchSize, epochs }: Pick<Recipe, "batchSize" | "epochs">,
  { accumulate = 1 }: Pick<TrainSettings, "accumulate">,
  train: { readonly length: number },
): Length {
  if (batchSize % accumulate !== 0) {
    throw new TesseraError(`--accumulate: expected to divide the batch of ${batchSize}, got ${accumulate}`);
  }
  const stepsPerEpoch = Math.floor(train.length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new TesseraError(`--batch: expected at most the ${train.length} pictures to train on, got ${batchSize}`);
  }
  const steps = Math.max(1, Math.round(epochs * stepsPerEpoch));
  return { stepsPerEpoch, steps, batchSize: batchSize / accumulate, accumulate };
}
