/** A batch as plain arrays, so that it may come from a worker thread. */
export interface Batch {
  /** Normalised pixels, [b, h, w, c] */
  images: Float32Array;
  shape: readonly [number, number, number, number];
  /** A class per image, or [b, classes] probabilities. */
  labels: Int32Array | Float32Array;
  /** Which samples of the data set these are. */
  indices: Int32Array;
}

/** Which batches of a data set are wanted. */
export interface BatchOptions {
  /** 0-based; fixes the order and every augmentation of a training. */
  epoch: number;
  /** Pictures of a batch. */
  batchSize: number;
  /** The first batch that is wanted, so that a resumed run goes on where it stopped. @default 0 */
  from?: number;
  /** Ends the epoch with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * What a training runs over. The order and every augmentation follow from a seed, the epoch and the sample alone, not from
 * workers. A training's batches drop the last short one; an evaluation's come in order, unchanged and whole.
 */
export interface TrainingData {
  readonly classes: readonly string[];
  /** Samples of one epoch. */
  readonly length: number;
  /** Batches of one epoch. */
  batches(options: BatchOptions): AsyncIterable<Batch>;
}
