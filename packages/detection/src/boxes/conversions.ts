import { ShapeError } from "@tessera/core";

/** Rows of four numbers, one a box. */
export type Boxes = ArrayLike<number>;

/** Centre, width and height to corners: [cx, cy, w, h] -> [xmin, ymin, xmax, ymax] of each box. @throws {ShapeError} for parts of a box. */
export function toCorners(boxes: Boxes): Float64Array {
  const corners = new Float64Array(4 * countBoxes(boxes, "toCorners"));
  for (let at = 0; at < corners.length; at += 4) {
    for (const axis of [0, 1]) {
      const [centre, length] = [boxes[at + axis]!, boxes[at + axis + 2]!];
      corners[at + axis] = centre - length / 2;
      corners[at + axis + 2] = centre + length / 2;
    }
  }
  return corners;
}

/** Corners to centre, width and height: [xmin, ymin, xmax, ymax] -> [cx, cy, w, h] of each box. @throws {ShapeError} for parts of a box. */
export function toCentres(corners: Boxes): Float64Array {
  const boxes = new Float64Array(4 * countBoxes(corners, "toCentres"));
  for (let at = 0; at < boxes.length; at += 4) {
    for (const axis of [0, 1]) {
      const [low, high] = [corners[at + axis]!, corners[at + axis + 2]!];
      boxes[at + axis] = (low + high) / 2;
      boxes[at + axis + 2] = high - low;
    }
  }
  return boxes;
}

/** How many boxes there are. @throws {ShapeError} unless there are four numbers for each. */
export function countBoxes(boxes: Boxes, where: string): number {
  if (boxes.length % 4 === 0) return boxes.length / 4;
  throw new ShapeError(`${where}: expected four numbers a box, got ${boxes.length} numbers`);
}
