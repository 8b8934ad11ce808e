import { TesseraError } from "@tessera/core";
import type { PictureSizes } from "./pictures.ts";

/** What was found in one picture: a class, a score and a box for each thing. */
export interface Detections {
  labels: Int32Array;
  /** From 0 to 1. */
  scores: Float32Array;
  /** Corners in pixels of the picture: rows of xmin, ymin, xmax, ymax. */
  boxes: Float64Array;
}

/** @throws {TesseraError} unless there is a size for each picture. */
export function checkOriginals(originals: PictureSizes, pictures: number, where: string): void {
  if (originals.length !== pictures)
    throw new TesseraError(`${where}: expected the sizes of ${pictures} pictures, got those of ${originals.length}`);
}
