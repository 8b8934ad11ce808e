import { type Picture, viridis } from "@tessera/explain";

/** Side of a place in pixels, and of what lies between two patches' squares. */
const PLACE = 4;
const GAP = 4;

/** A square for each patch, in its place, of how alike it is to all others: [patches, patches] -> a picture. */
export function similarityGrid(values: Float32Array, [rows, columns]: readonly [number, number]): Picture {
  const [stepY, stepX] = [rows * PLACE + GAP, columns * PLACE + GAP];
  const [height, width] = [rows * stepY - GAP, columns * stepX - GAP];
  const data = new Uint8Array(height * width * 3).fill(255);
  const least = values.reduce((a, b) => Math.min(a, b), 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = [Math.floor((y % stepY) / PLACE), Math.floor((x % stepX) / PLACE)];
      if (row >= rows || column >= columns) continue;
      const patch = Math.floor(y / stepY) * columns + Math.floor(x / stepX);
      const value = values[patch * rows * columns + row * columns + column]!;
      data.set(viridis((value - least) / (1 - least)), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}
