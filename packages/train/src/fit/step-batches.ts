import { TesseraError } from "@tessera/core";
import type { Position } from "../checkpoints/position.ts";
import type { TrainingData } from "../data.ts";
import type { Plan } from "./plan.ts";

/** The batches of one step. */
export interface StepBatches<B> {
  batches: B[];
  /** Seconds in which there was nothing to do but wait for them. */
  waited: number;
}

/**
 * What each step computes with, from a position on, epoch after epoch without end.
 * @throws {TesseraError} if an epoch has fewer batches than its length promises.
 */
export async function* stepBatches<B>(
  data: TrainingData<B>,
  { epoch, batch }: Position,
  { batchSize, accumulate, stepsPerEpoch }: Plan,
  signal?: AbortSignal,
): AsyncGenerator<StepBatches<B>, never> {
  for (let from = batch; ; epoch++, from = 0) {
    let left = stepsPerEpoch * accumulate - from;
    let batches: B[] = [];
    let asked = performance.now();
    let waited = 0;
    for await (const one of data.batches({ epoch, batchSize, from, signal })) {
      waited += (performance.now() - asked) / 1000;
      batches.push(one);
      left--;
      if (batches.length === accumulate) {
        yield { batches, waited };
        [batches, waited] = [[], 0];
      }
      if (left === 0) break;
      asked = performance.now();
    }
    if (left > 0) {
      const all = stepsPerEpoch * accumulate;
      throw new TesseraError(
        `fit: expected ${all} batches in epoch ${epoch + 1}, got ${all - left}; the data's length promises more than they give`,
      );
    }
  }
}
