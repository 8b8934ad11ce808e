import type { Waiting } from "./waiting.ts";

/** A batch as plain arrays, so that it may come from a worker thread. */
export interface Batch {
  /** Normalised pixels, [b, h, w, 3]; the receiver's own. */
  images: Float32Array;
  shape: readonly [batch: number, height: number, width: number, channels: number];
  /** A class per picture. */
  labels: Int32Array;
  /** Which pictures of the data set these are. */
  indices: Int32Array;
}

/** Which batches are wanted. */
export interface BatchOptions {
  /** 0-based; fixes the order and every augmentation of training batches. */
  epoch: number;
  /** Pictures of a batch. */
  batchSize: number;
  /** The first batch that is wanted, so that a resumed run goes on where it stopped. @default 0 */
  from?: number;
  /** Ends the epoch with the signal's reason. */
  signal?: AbortSignal;
}

/** A picture that could not be read. */
export interface Skipped {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

/** Batches of a data set, epoch by epoch. Its workers live until it is closed, and keep no program alive by themselves. */
export interface Batches {
  readonly classes: readonly string[];
  /** Pictures of an epoch. */
  readonly length: number;
  /**
   * The batches of an epoch.
   *
   * @throws FormatError for a batch none of whose pictures can be read; TesseraError for sizes that make no sense and for a
   *   worker that ended; the signal's reason when it is aborted.
   */
  batches(options: BatchOptions): AsyncIterable<Batch>;
  /** Pictures that could not be read so far. */
  readonly skipped: readonly Skipped[];
  /** How long the batches of the epoch taken last have been waited for. */
  readonly waiting: Waiting;
  /** Ends the workers; batches that are asked for later start new ones. */
  close(): void;
  [Symbol.dispose](): void;
}
