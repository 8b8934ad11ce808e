import { TesseraError } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import type { TrainingOptions } from "./options.ts";

/** How many steps a training has, and when it stops to look around. */
export interface Plan {
  steps: number;
  stepsPerEpoch: number;
  /** Images of a batch, and batches of a step. */
  batchSize: number;
  accumulate: number;
  evaluateEvery: number;
  checkpointEvery: number;
}

/** @throws {TesseraError} if the options contradict each other, or the data make no whole step. */
export function planOf(data: Pick<TrainingData, "length">, options: TrainingOptions<unknown, never, string>): Plan {
  const { epochs, steps, batchSize, accumulate = 1, evaluation, checkpoints } = options;
  if ((epochs === undefined) === (steps === undefined)) {
    throw new TesseraError(`fit: expected either epochs or steps, got ${epochs === undefined ? "neither" : "both"}`);
  }
  const counts = { epochs, steps, batchSize, accumulate, every: evaluation?.every, patience: evaluation?.patience };
  for (const [name, count] of Object.entries({ ...counts, keep: checkpoints?.keep, interval: checkpoints?.every })) {
    if (count !== undefined && (!Number.isInteger(count) || count < 1))
      throw new TesseraError(`fit: expected ${name} as a whole number from 1, got ${count}`);
  }
  const stepsPerEpoch = Math.floor(data.length / (batchSize * accumulate));
  if (stepsPerEpoch === 0) {
    throw new TesseraError(
      `fit: expected at least ${batchSize * accumulate} images, one step, got ${data.length}; take smaller batches`,
    );
  }
  return {
    steps: steps ?? epochs! * stepsPerEpoch,
    stepsPerEpoch,
    batchSize,
    accumulate,
    evaluateEvery: evaluation?.every ?? stepsPerEpoch,
    checkpointEvery: checkpoints?.every ?? stepsPerEpoch,
  };
}
