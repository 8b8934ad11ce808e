import { TesseraError } from "@tessera/core";
import type { Augmentation } from "../augment/augmentation.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Batches } from "./batch.ts";
import { Loader, type LoaderOptions } from "./loader.ts";
import { trainingOrder } from "./sampler.ts";

/** How training batches are made. */
export interface TrainingLoaderOptions extends LoaderOptions {
  /** What is done to pictures beyond the preprocessing. */
  readonly augmentation?: Augmentation;
  /** Fixes the order and every augmentation. @default 0 */
  readonly seed?: number | string;
}

/**
 * Training batches: shuffled anew each epoch, augmented, the last short batch dropped. Order and augmentation follow from
 * seed, epoch and picture alone, whatever the number of workers and wherever a run resumes. In place of a picture that
 * cannot be read comes the one before it in the batch.
 *
 * @throws as `preprocess` for a preprocessing that makes no sense; TesseraError for a number of workers that is none.
 */
export function trainingBatches(dataset: Dataset, options: TrainingLoaderOptions): Batches {
  const { preprocessing, augmentation = {} } = options;
  const seed = String(options.seed ?? 0);
  return new Loader(dataset, options, {
    recipe: { preprocessing, augmentation, seed },
    order: (epoch) => trainingOrder(dataset.length, epoch, seed, augmentation.repeats),
    count: (batchSize) => {
      if (batchSize <= dataset.length) return Math.floor(dataset.length / batchSize);
      throw new TesseraError(
        `trainingBatches: expected at most ${dataset.length} pictures a batch, which is all there are, got ${batchSize}`,
      );
    },
    replaces: true,
  });
}
