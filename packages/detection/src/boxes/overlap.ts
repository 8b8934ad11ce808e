import { type Boxes, countBoxes } from "./conversions.ts";

/**
 * Common area by united area of every pair: corners of n and of m boxes -> [n, m]. Boxes without area share none, so that two of
 * them have 0. A box with NaN has NaN.
 * @throws {ShapeError} for parts of a box.
 */
export function iou(a: Boxes, b: Boxes): Float64Array {
  return pairwise(a, b, iouOfPair, "iou");
}

/**
 * Generalised IoU of every pair, from −1 to 1: IoU less the share of the smallest box about both that neither covers. Rezatofighi et
 * al. 2019, algorithm 1. Corners of n and of m boxes -> [n, m]
 * @throws {ShapeError} for parts of a box.
 */
export function giou(a: Boxes, b: Boxes): Float64Array {
  return pairwise(a, b, giouOfPair, "giou");
}

/** IoU of box `i` of `a` and box `j` of `b`, by their corners. */
export function iouOfPair(a: Boxes, i: number, b: Boxes, j: number): number {
  const common = commonArea(a, 4 * i, b, 4 * j);
  return share(common, area(a, 4 * i) + area(b, 4 * j) - common);
}

function giouOfPair(a: Boxes, i: number, b: Boxes, j: number): number {
  const [p, q] = [4 * i, 4 * j];
  const common = commonArea(a, p, b, q);
  const union = area(a, p) + area(b, q) - common;
  const width = Math.max(a[p + 2]!, b[q + 2]!) - Math.min(a[p]!, b[q]!);
  const height = Math.max(a[p + 3]!, b[q + 3]!) - Math.min(a[p + 1]!, b[q + 1]!);
  const hull = width * height;
  return share(common, union) - share(hull - union, hull);
}

function pairwise(a: Boxes, b: Boxes, of: typeof iouOfPair, where: string): Float64Array {
  const [n, m] = [countBoxes(a, where), countBoxes(b, where)];
  const values = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) values[i * m + j] = of(a, i, b, j);
  return values;
}

function commonArea(a: Boxes, p: number, b: Boxes, q: number): number {
  const width = Math.min(a[p + 2]!, b[q + 2]!) - Math.max(a[p]!, b[q]!);
  const height = Math.min(a[p + 3]!, b[q + 3]!) - Math.max(a[p + 1]!, b[q + 1]!);
  return width <= 0 || height <= 0 ? 0 : width * height;
}

function area(boxes: Boxes, at: number): number {
  return (boxes[at + 2]! - boxes[at]!) * (boxes[at + 3]! - boxes[at + 1]!);
}

/** 0 of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
