/** What lies row by row on a grid. */
export interface Grid {
  values: ArrayLike<number>;
  rows: number;
  columns: number;
}

/**
 * A map's value between its places, by Catmull and Rom's cubics, which go through the values of the places; beyond the border, the
 * border's. It refers to nothing outside of itself: the report carries it as text.
 *
 * @param y From 0 at the upper border to 1 at the lower one.
 * @param x From 0 at the left border to 1 at the right one.
 */
export function sampled({ values, rows, columns }: Grid, y: number, x: number): number {
  const inside = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  const weights = (t: number) => [
    ((2 - t) * t - 1) * t * 0.5,
    ((3 * t - 5) * t * t + 2) * 0.5,
    ((4 - 3 * t) * t + 1) * t * 0.5,
    (t - 1) * t * t * 0.5,
  ];
  const [row, column] = [y * rows - 0.5, x * columns - 0.5];
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, across] = [weights(row - top), weights(column - left)];
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    const from = inside(top + i - 1, rows) * columns;
    for (let j = 0; j < 4; j++) sum += down[i]! * across[j]! * values[from + inside(left + j - 1, columns)]!;
  }
  return sum;
}
