import type { Dataset } from "../datasets/dataset.ts";
import type { Batches } from "./batch.ts";
import { Loader, type LoaderOptions } from "./loader.ts";

/**
 * Evaluation batches: every picture once, in order, not augmented, the last batch as short as it comes. A picture that
 * cannot be read is left out.
 *
 * @throws as `trainingBatches`.
 */
export function evaluationBatches(dataset: Dataset, options: LoaderOptions): Batches {
  return new Loader(dataset, options, {
    recipe: { preprocessing: options.preprocessing, seed: "" },
    order: () => Array.from({ length: dataset.length }, (_, index) => ({ index, copy: 0 })),
    count: (batchSize) => Math.ceil(dataset.length / batchSize),
    replaces: false,
  });
}
