import { Random, TesseraError } from "@tessera/core";
import type { PictureSet } from "../datasets/dataset.ts";
import { checkIndex } from "../datasets/stored-pictures.ts";
import { shuffle } from "../datasets/subset.ts";
import type { Size } from "../placement.ts";

/** A box in pixels of its picture, from the top left corner. */
export type PixelBox = readonly [x: number, y: number, width: number, height: number];

/** A thing on a picture. */
export interface BoxedObject {
  /** A place among the classes. */
  readonly label: number;
  readonly box: PixelBox;
  /** Pixels of its outline where the annotations say, else of its box: COCO tells small from large by it. */
  readonly area: number;
  /** Several things that nobody told apart: nothing is learnt of them, and what is found there counts neither for nor against. */
  readonly isCrowd: boolean;
}

/** Pictures with the things on them, read by number. No picture is read before it is asked for. */
export interface DetectionDataset extends PictureSet {
  /**
   * The things on a picture of that size, as the annotations have them: a box may reach beyond the picture.
   * @throws FormatError where the annotations are of a picture of other proportions.
   */
  objectsOf(index: number, picture: Size): BoxedObject[];
  /** Things on all pictures. */
  readonly objects: number;
  /** Boxes that reach beyond their picture. */
  readonly beyond: number;
  /** Boxes without an area on their picture, which were left out. */
  readonly empty: number;
}

/** What a folder, archive or file held. */
export interface DetectionSplits {
  readonly train: DetectionDataset;
  /** Pictures to choose hyper-parameters by, where there are such beside test ones. */
  readonly validation?: DetectionDataset;
  readonly test?: DetectionDataset;
}

/**
 * A part of the pictures, drawn by the seed, and the rest, both in the order of the whole. Each has a picture at least.
 *
 * @throws TesseraError for a fraction outside (0, 1), and for fewer than two pictures.
 */
export function splitDetection(
  dataset: DetectionDataset,
  fraction: number,
  seed: number | string = 0,
): [rest: DetectionDataset, part: DetectionDataset] {
  const { length } = dataset;
  if (!(fraction > 0 && fraction < 1) || length < 2)
    throw new TesseraError(
      `splitDetection: expected two pictures or more and a fraction between 0 and 1, got ${length} and ${fraction}`,
    );
  const order = Int32Array.from({ length }, (_, i) => i);
  shuffle(order, new Random(seed).fork("detection split"));
  const count = Math.min(length - 1, Math.max(1, Math.round(length * fraction)));
  return [selected(dataset, order.slice(count).sort()), selected(dataset, order.slice(0, count).sort())];
}

function selected(dataset: DetectionDataset, at: Int32Array): DetectionDataset {
  const from = (index: number) => at[checkIndex(index, at.length)]!;
  return {
    ...dataset,
    length: at.length,
    nameOf: (index) => dataset.nameOf(from(index)),
    read: async (index, signal) => dataset.read(from(index), signal),
    objectsOf: (index, picture) => dataset.objectsOf(from(index), picture),
    ...(dataset.locate && { locate: (index) => dataset.locate!(from(index)) }),
  };
}
