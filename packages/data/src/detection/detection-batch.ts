import type { BatchOptions, Skipped } from "../loader/batch.ts";
import type { Waiting } from "../loader/waiting.ts";
import type { BoxedObject } from "./detection-dataset.ts";

/** [height, width] in pixels. */
type Sides = readonly [height: number, width: number];

/** Pictures of several sizes, padded to the largest, with the things on them; plain arrays. */
export interface DetectionBatch {
  /** Normalised pixels, [b, h, w, 3], zeros where no picture is; the receiver's own. */
  readonly images: Float32Array;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** The pixels of each frame that are the picture's, at its top left. */
  readonly sizes: readonly Sides[];
  /** Each picture's own size, before it was changed. */
  readonly originals: readonly Sides[];
  /** What is to be found on each picture as it is seen: classes, and centres, widths and heights in shares of it; crowds left out. */
  readonly targets: readonly { readonly labels: Int32Array; readonly boxes: Float32Array }[];
  /** Things on each picture as it was: what an evaluation holds findings to. */
  readonly objects: readonly (readonly BoxedObject[])[];
  /** Which pictures of the data set these are. */
  readonly indices: Int32Array;
}

/** Batches of a data set for detection, epoch by epoch. */
export interface DetectionBatches {
  readonly classes: readonly string[];
  /** Pictures of an epoch. */
  readonly length: number;
  /**
   * The batches of an epoch.
   *
   * @throws FormatError for a batch none of whose pictures can be read; TesseraError for sizes that make no sense; the
   *   signal's reason when it is aborted.
   */
  batches(options: BatchOptions): AsyncIterable<DetectionBatch>;
  /** Pictures that could not be read so far. */
  readonly skipped: readonly Skipped[];
  /** How long the batches of the epoch taken last have been waited for. */
  readonly waiting: Waiting;
}
