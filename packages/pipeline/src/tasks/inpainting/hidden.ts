import type { Hole } from "./hole.ts";

/** Share of patches that a masked autoencoder is trained without: He et al. 2021. */
const MOST = 0.75;

/** The patches of a grid that a hole touches, 1 each: [rows · columns] */
export function touchedPatches({ width, height, data }: Hole, [rows, columns]: readonly [number, number]): Uint8Array {
  const touched = new Uint8Array(rows * columns);
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.floor((y * rows) / height));
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      touched[row * columns + Math.min(columns - 1, Math.floor((x * columns) / width))] = 1;
    }
  }
  return touched;
}

/**
 * The hidden patches that the next pass fills: all of them where the model is used to as many, else those at the edge of what is seen;
 * and all where nothing is seen.
 */
export function nextPass(hidden: Uint8Array, [rows, columns]: readonly [number, number]): Uint8Array {
  const count = hidden.reduce((a, b) => a + b, 0);
  if (count <= MOST * hidden.length || count === hidden.length) return hidden.slice();
  return hidden.map((one, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
        if (hidden[y * columns + x] === 0) return one;
    return 0;
  });
}
