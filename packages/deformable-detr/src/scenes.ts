import { type Tensor3D, tensor3d } from "@tensorflow/tfjs-core";
import type { PictureSizes } from "@tessera/detection";
import { type Grid, coveredBy } from "@tessera/detr";

/** Maps of a batch of pictures, and how much of each a picture covers. */
export interface Scene {
  /** Of each map. */
  grids: readonly Grid[];
  /** Rows and columns of each map that a picture covers, by picture. */
  parts: readonly (readonly Grid[])[];
  /** 1 where the picture is; undefined where it is everywhere. [b, s, 1] */
  mask: Tensor3D | undefined;
}

/** @throws {ShapeError} if a picture is larger than its frame, or has no pixels. */
export function sceneOf(
  sizes: PictureSizes | undefined,
  [b, height, width]: readonly number[],
  grids: readonly Grid[],
): Scene {
  // prettier-ignore
  const parts = Array.from({ length: b! }, () => [...grids]);
  if (!sizes) return { grids, parts, mask: undefined };
  for (const [level, grid] of grids.entries())
    for (const [picture, part] of coveredBy(sizes, [b!, height!, width!], grid).entries())
      parts[picture]![level] = part;
  const whole = parts.every((of) =>
    of.every(([rows, columns], i) => rows === grids[i]![0] && columns === grids[i]![1]),
  );
  return { grids, parts, mask: whole ? undefined : maskOf(grids, parts) };
}

function maskOf(grids: readonly Grid[], parts: Scene["parts"]): Tensor3D {
  const rows = parts.map((of) =>
    eachPlace(grids, (level, row, column) => Number(row < of[level]![0] && column < of[level]![1])),
  );
  return tensor3d(Float32Array.from(rows.flat()), [parts.length, rows[0]!.length, 1]);
}

/** Of every place of every map, in order. */
export function eachPlace<T>(grids: readonly Grid[], of: (level: number, row: number, column: number) => T): T[] {
  return grids.flatMap(([rows, columns], level) =>
    Array.from({ length: rows * columns }, (_, i) => of(level, Math.floor(i / columns), i % columns)),
  );
}

/** Share of each map that a picture covers, as width and height: [b, 1, levels · 2] */
export function validRatios({ grids, parts }: Scene): number[][] {
  return parts.map((of) => of.flatMap(([rows, columns], i) => [columns / grids[i]![1], rows / grids[i]![0]]));
}
