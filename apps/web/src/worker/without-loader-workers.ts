/** In place of data's workers, which decode for a training: the site's own worker does that itself. */
export function startWorker(): never {
  throw new Error("trainingBatches: expected no workers in the site's own worker, got some; set workers to 0");
}

export function availableThreads(): number {
  return 1;
}
