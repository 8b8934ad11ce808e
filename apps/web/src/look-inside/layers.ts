import { type ColourMap, type Heatmap, normalized, sampled, turbo, viridis } from "@tessera/explain";
import type { PixelGrid } from "../worker/calls.ts";

/** Red, green, blue and cover of each pixel, row by row. */
export interface Layer {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

type Colours = readonly (readonly [number, number, number])[];

/** Polynomials are dear by the pixel: a page has 50 ms. */
const table = (map: ColourMap): Colours => Array.from({ length: 256 }, (_, i) => map(i / 255));
const [heat, values] = [table(turbo), table(viridis)];

function layer(width: number, height: number, paint: (row: number, column: number) => ArrayLike<number>): Layer {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) data.set(paint(Math.floor(at / width), at % width), 4 * at);
  return { width, height, data };
}

const nothing = [0, 0, 0, 0];

/** Pixels of a map's longer side; the browser enlarges it, smoothly. */
const sides = { large: 112, small: 42 };

/** A map in colours between whose places it is smooth; where it is largest it covers most. */
export function heatLayer(map: Heatmap, size: keyof typeof sides): Layer {
  const grid = normalized(map);
  const opacity = size === "large" ? 0.72 : 1;
  const fine = Math.max(1, Math.floor(sides[size] / Math.max(grid.rows, grid.columns)));
  const [height, width] = [grid.rows * fine, grid.columns * fine];
  return layer(width, height, (row, column) => {
    const value = Math.min(1, Math.max(0, sampled(grid, (row + 0.5) / height, (column + 0.5) / width)));
    return [...heat[Math.round(255 * value)]!, 255 * opacity * (0.5 + 0.5 * value)];
  });
}

/** A table of numbers, a pixel for each; by default from the least to the largest. */
export function matrixLayer({ values: all, rows, columns }: Heatmap, range?: readonly [number, number]): Layer {
  const { values: shares } = range
    ? { values: all.map((value) => (value - range[0]) / (range[1] - range[0])) }
    : normalized({ values: all, rows, columns });
  return layer(columns, rows, (row, column) => {
    const share = Math.min(1, Math.max(0, shares[row * columns + column]!));
    return [...values[Math.round(255 * share)]!, 255];
  });
}

/** A picture cut into patches, with room between them. */
export function cutLayer(picture: PixelGrid, grid: readonly [number, number]): Layer {
  const [rows, columns] = grid;
  const [down, across] = sidesOf(picture, grid);
  const gap = Math.max(1, Math.round(down / 4));
  const [stepY, stepX] = [down + gap, across + gap];
  return layer(columns * stepX - gap, rows * stepY - gap, (y, x) => {
    const [inY, inX] = [y % stepY, x % stepX];
    if (inY >= down || inX >= across) return nothing;
    return pixelOf(picture, grid, Math.floor(y / stepY) + inY / down, Math.floor(x / stepX) + inX / across);
  });
}

/** One patch of a picture. */
export function patchLayer(
  picture: PixelGrid,
  grid: readonly [number, number],
  patch: { row: number; column: number },
): Layer {
  const [down, across] = sidesOf(picture, grid);
  return layer(across, down, (y, x) => pixelOf(picture, grid, patch.row + y / down, patch.column + x / across));
}

/** Of a patch in pixels; places of a map need not be of whole ones. */
function sidesOf({ width, height }: PixelGrid, [rows, columns]: readonly [number, number]): [number, number] {
  return [Math.ceil(height / rows), Math.ceil(width / columns)];
}

/** The pixel so many patches from the top and from the left. */
function pixelOf(
  { width, height, data }: PixelGrid,
  [rows, columns]: readonly [number, number],
  down: number,
  across: number,
): number[] {
  // A share of a pixel more, so that what is whole does not come out below it.
  const at = 3 * (Math.floor((down * height) / rows + 1e-6) * width + Math.floor((across * width) / columns + 1e-6));
  return [data[at]!, data[at + 1]!, data[at + 2]!, 255];
}

/** A square for each patch, in its place, of how alike its position is to all others: [patches, patches]. */
export function similarityLayer(cosines: Float32Array, [rows, columns]: readonly [number, number]): Layer {
  // Each is most like itself: that would leave the others no colours.
  const others = cosines.filter((_, i) => i % (rows * columns + 1) !== 0);
  const [least, most] = [others.reduce((a, b) => Math.min(a, b), 1), others.reduce((a, b) => Math.max(a, b), -1)];
  return layer(columns * (columns + 1) - 1, rows * (rows + 1) - 1, (y, x) => {
    const [row, column] = [y % (rows + 1), x % (columns + 1)];
    if (row === rows || column === columns) return nothing;
    const patch = Math.floor(y / (rows + 1)) * columns + Math.floor(x / (columns + 1));
    const value = cosines[patch * rows * columns + row * columns + column]!;
    return [...values[Math.round(255 * Math.min(1, (value - least) / (most - least || 1)))]!, 255];
  });
}
