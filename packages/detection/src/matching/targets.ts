import { ShapeError, TesseraError } from "@tessera/core";
import { type Boxes, countBoxes } from "../boxes/conversions.ts";

/** The objects of one picture. */
export interface Targets {
  /** A class for each. */
  readonly labels: ArrayLike<number>;
  /** Centre, width and height of each, as shares of the picture: rows of four. */
  readonly boxes: Boxes;
}

/**
 * Holds targets to what a loss can take. A box of no width or height may be.
 *
 * @throws {ShapeError} unless there are as many pictures, and in each a box for every label.
 * @throws {TesseraError} for a class that there is not, and for a box with a number that is not finite or a negative side.
 */
export function checkTargets(targets: readonly Targets[], pictures: number, classes: number, where: string): void {
  if (targets.length !== pictures)
    throw new ShapeError(`${where}: expected the objects of ${pictures} pictures, got those of ${targets.length}`);
  for (const [at, { labels, boxes }] of targets.entries()) {
    const count = countBoxes(boxes, `${where} picture ${at}`);
    if (labels.length !== count)
      throw new ShapeError(
        `${where}: expected a label for each of ${count} boxes of picture ${at}, got ${labels.length}`,
      );
    for (let i = 0; i < count; i++) {
      const [label, box] = [labels[i]!, Array.prototype.slice.call(boxes, 4 * i, 4 * i + 4) as number[]];
      if (!Number.isInteger(label) || label < 0 || label >= classes)
        throw new TesseraError(
          `${where}: expected classes from 0 to ${classes - 1}, got ${label} in picture ${at}; has the model as many classes as the data?`,
        );
      if (!box.every(Number.isFinite) || box[2]! < 0 || box[3]! < 0)
        throw new TesseraError(
          `${where}: expected boxes of finite centre, width and height, got [${box.join(", ")}] in picture ${at}; leave it out`,
        );
    }
  }
}
