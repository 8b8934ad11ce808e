import { type Tensor3D, tensor3d } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";

/** Rows and columns of a map, or of the part of it that a picture covers, from the top left on. */
export type Grid = readonly [rows: number, columns: number];

/**
 * Where each place of a map lies, as sines and cosines of its row, then of its column, both counted from 1 to 2π over the part that
 * the picture covers: Carion et al. 2020, appendix A.4. Frequencies are T^(−2⌊i/2⌋ / (d/2)), sine and cosine interleaved.
 * A picture's part of each map -> [b, rows · columns, width].
 *
 * @throws {ShapeError} if the width is not divisible by four.
 */
export function sinePositions(
  parts: readonly Grid[],
  [rows, columns]: Grid,
  width: number,
  temperature = 10000,
): Tensor3D {
  if (width % 4 !== 0) throw new ShapeError(`sinePositions: expected a width divisible by four, got ${width}`);
  const half = width / 2;
  const values = new Float32Array(parts.length * rows * columns * width);
  const write = (at: number, angle: number) => {
    for (let i = 0; i < half; i++) {
      const turned = angle / temperature ** ((i - (i % 2)) / half);
      values[at + i] = i % 2 === 0 ? Math.sin(turned) : Math.cos(turned);
    }
  };
  let at = 0;
  for (const [covered, wide] of parts) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += width) {
        write(at, column < wide ? angleOf(row, covered) : 0);
        write(at + half, row < covered ? angleOf(column, wide) : 0);
      }
    }
  }
  return tensor3d(values, [parts.length, rows * columns, width]);
}

/** Places beyond the last count as it. */
function angleOf(place: number, count: number): number {
  return (2 * Math.PI * Math.min(place + 1, count)) / (count + 1e-6);
}
