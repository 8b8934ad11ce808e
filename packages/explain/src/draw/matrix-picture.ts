import { TesseraError } from "@tessera/core";
import { type ColourMap, viridis } from "./colour-maps.ts";
import type { Picture } from "./overlay.ts";

export interface MatrixOptions {
  /** @default viridis */
  colours?: ColourMap;
  /** Values of the first and the last colour. @default the least and the largest */
  range?: readonly [least: number, most: number];
}

/**
 * A table of values as a picture, a pixel for each.
 * @throws {TesseraError} if there are not rows · columns of them.
 */
export function matrixPicture(
  { values, rows, columns }: { values: ArrayLike<number>; rows: number; columns: number },
  { colours = viridis, range }: MatrixOptions = {},
): Picture {
  if (values.length !== rows * columns)
    throw new TesseraError(`matrixPicture: expected ${rows * columns} values, got ${values.length}`);
  const all = Array.from(values);
  const [least, most] = range ?? [all.reduce((a, b) => Math.min(a, b), Infinity), all.reduce((a, b) => Math.max(a, b), -Infinity)]; // prettier-ignore
  const data = new Uint8Array(3 * all.length);
  for (const [i, value] of all.entries()) data.set(colours(most > least ? (value - least) / (most - least) : 0), 3 * i);
  return { width: columns, height: rows, data };
}
