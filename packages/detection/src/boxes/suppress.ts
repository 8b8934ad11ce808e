import { ShapeError, TesseraError } from "@tessera/core";
import { type Boxes, countBoxes } from "./conversions.ts";
import { iouOfPair } from "./overlap.ts";

export interface SuppressOptions {
  /** A box goes when its IoU with one that stays is above it. */
  threshold: number;
  /** Only boxes of the same class suppress each other. */
  classes?: ArrayLike<number> | undefined;
}

/**
 * Non-maximum suppression: the boxes that stay when each one that overlaps a better one too much goes, by falling score; of equal
 * scores the first is the better. Boxes are corners. None give none.
 *
 * @returns their indices.
 * @throws {ShapeError} unless there is a score, and a class, for each box.
 * @throws {TesseraError} for a number that is NaN, which has no order.
 */
export function suppress(boxes: Boxes, scores: ArrayLike<number>, { threshold, classes }: SuppressOptions): number[] {
  const count = countBoxes(boxes, "suppress");
  for (const [what, { length }] of Object.entries({ scores, ...(classes && { classes }) })) {
    if (length !== count) throw new ShapeError(`suppress: expected ${count} ${what}, one a box, got ${length}`);
  }
  for (const [what, values] of Object.entries({ boxes, scores })) {
    const at = Array.prototype.findIndex.call(values, Number.isNaN);
    if (at >= 0)
      throw new TesseraError(`suppress: expected numbers, got NaN among the ${what} at ${at}; leave such boxes out`);
  }
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => scores[j]! - scores[i]! || i - j);
  const kept: number[] = [];
  for (const i of order) {
    const goes = kept.some((j) => classes?.[i] === classes?.[j] && iouOfPair(boxes, i, boxes, j) > threshold);
    if (!goes) kept.push(i);
  }
  return kept;
}
