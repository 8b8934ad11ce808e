import { type Tensor3D, tensor3d } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";

/** Rows and columns of a map, or of the part of it that a picture covers, from the top left on. */
export type Grid = readonly [rows: number, columns: number];

export interface SineOptions {
  /** Of the frequencies. @default 10000 */
  temperature?: number;
  /** The number of the first place along a side: 1, or 0.5 as its centre, so that turned round a picture counts alike. @default 1 */
  first?: number;
}

/**
 * Where each place of a map lies, as sines and cosines of its row, then of its column, both counted up to 2π over the part that
 * the picture covers: Carion et al. 2020, appendix A.4. Frequencies are T^(−2⌊i/2⌋ / (d/2)), sine and cosine interleaved.
 * A picture's part of each map -> [b, rows · columns, width].
 *
 * @throws {ShapeError} if the width is not divisible by four.
 */
export function sinePositions(
  parts: readonly Grid[],
  [rows, columns]: Grid,
  width: number,
  { temperature = 10000, first = 1 }: SineOptions = {},
): Tensor3D {
  if (width % 4 !== 0) throw new ShapeError(`sinePositions: expected a width divisible by four, got ${width}`);
  const half = width / 2;
  const values = new Float32Array(parts.length * rows * columns * width);
  /** Of an angle: half of a place's numbers. */
  const waves = (angle: number) =>
    Float32Array.from({ length: half }, (_, i) => {
      const turned = angle / temperature ** ((i - (i % 2)) / half);
      return i % 2 === 0 ? Math.sin(turned) : Math.cos(turned);
    });
  const still = waves(0);
  let at = 0;
  for (const [covered, wide] of parts) {
    // Once a row and once a column: a large map has far more places.
    const down = Array.from({ length: rows }, (_, row) => waves(angleOf(row, covered, first)));
    const across = Array.from({ length: columns }, (_, column) => waves(angleOf(column, wide, first)));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += width) {
        values.set(column < wide ? down[row]! : still, at);
        values.set(row < covered ? across[column]! : still, at + half);
      }
    }
  }
  return tensor3d(values, [parts.length, rows * columns, width]);
}

/** Places beyond the last count as it. */
function angleOf(place: number, count: number, first: number): number {
  return (2 * Math.PI * (Math.min(place, count - 1) + first)) / (count + 1e-6);
}
