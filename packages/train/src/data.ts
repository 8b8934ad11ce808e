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
export interface TrainingData<B = Batch> {
  readonly classes: readonly string[];
  /** Samples of one epoch. */
  readonly length: number;
  /** Batches of one epoch. */
  batches(options: BatchOptions): AsyncIterable<B>;
}

/** [height, width] in pixels. */
type Sides = readonly [height: number, width: number];

/** Pictures of several sizes, padded to the largest, with the things on them; plain arrays. */
export interface DetectionBatch {
  /** Normalised pixels, [b, h, w, c] */
  readonly images: Float32Array;
  readonly shape: readonly [number, number, number, number];
  /** The pixels of each frame that are the picture's, at its top left. */
  readonly sizes: readonly Sides[];
  /** Each picture's own size, before it was changed. */
  readonly originals: readonly Sides[];
  /** What is to be found on each picture as it is seen: classes, and centres, widths and heights in shares of it. */
  readonly targets: readonly { readonly labels: Int32Array; readonly boxes: Float32Array }[];
  /** Things on each picture as it was: what an evaluation holds findings to. */
  readonly objects: readonly (readonly TrueObject[])[];
  /** Which samples of the data set these are. */
  readonly indices: Int32Array;
}

/** A thing that is there. */
export interface TrueObject {
  readonly label: number;
  /** In pixels of the picture as it was. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
  /** Pixels of its outline, or of its box. */
  readonly area: number;
  /** Several that nobody told apart: what is found there counts neither for nor against. */
  readonly isCrowd: boolean;
}
