import { type Tensor3D, tensor3d } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";
import type { PictureSizes } from "@tessera/detection";
import { type Grid, sinePositions } from "./sine-positions.ts";
import type { Places } from "./transformer.ts";

/**
 * Positions and mask of the places of a map for pictures that are padded to [height, width], at the top left of which they lie. A place is the picture's if the pixel is
 * that PyTorch's nearest neighbour takes for it. Without sizes pictures fill their frame.
 *
 * @throws {ShapeError} if a picture is larger than its frame, or has no pixels.
 */
export function placesOf(
  sizes: PictureSizes | undefined,
  [b, height, width]: readonly number[],
  grid: Grid,
  d: number,
): Places {
  if (!sizes) return { positions: sinePositions([grid], grid, d), mask: undefined };
  const parts = coveredBy(sizes, [b!, height!, width!], grid);
  if (parts.every(([rows, columns]) => rows === grid[0] && columns === grid[1]))
    return placesOf(undefined, [], grid, d);
  return { positions: sinePositions(parts, grid, d), mask: maskOf(parts, grid) };
}

/**
 * Rows and columns of a map that each picture of a batch covers, in frames of [height, width].
 * @throws {ShapeError} if a picture is larger than its frame, or has no pixels.
 */
export function coveredBy(sizes: PictureSizes, [b, ...frame]: readonly [number, number, number], grid: Grid): Grid[] {
  if (sizes.length !== b) throw new ShapeError(`Detr: expected the sizes of ${b} pictures, got ${sizes.length}`);
  return sizes.map((size): Grid => [covered(size[0], frame[0], grid[0]), covered(size[1], frame[1], grid[1])]);
}

/** How many of `count` places along a side lie on the picture. */
function covered(pixels: number, frame: number, count: number): number {
  if (!Number.isInteger(pixels) || pixels < 1 || pixels > frame)
    throw new ShapeError(`Detr: expected pictures of 1 to ${frame} pixels a side in this frame, got ${pixels}`);
  // PyTorch's steps are of float32.
  const step = Math.fround(frame / count);
  const places = Array.from({ length: count }, (_, i) => Math.floor(Math.fround(i * step)));
  return places.filter((pixel) => pixel < pixels).length;
}

/** 1 on the picture: [b, 1, rows · columns] */
function maskOf(parts: readonly Grid[], [rows, columns]: Grid): Tensor3D {
  const values = new Float32Array(parts.length * rows * columns);
  for (const [i, [tall, wide]] of parts.entries())
    for (let row = 0; row < tall; row++) {
      const start = (i * rows + row) * columns;
      values.fill(1, start, start + wide);
    }
  return tensor3d(values, [parts.length, 1, rows * columns]);
}
