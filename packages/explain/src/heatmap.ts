/** A number for each patch, row by row: how much it counts. */
export interface Heatmap {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** From 0 for the least to 1 for the most; all 0 where all are equal. */
export function normalized({ values, ...size }: Heatmap): Heatmap {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const range = most - least;
  return { ...size, values: values.map((value) => (range > 0 ? (value - least) / range : 0)) };
}

/** The place of the largest value, the first of equals. */
export function peak({ values, columns }: Heatmap): [row: number, column: number] {
  const at = values.indexOf(values.reduce((a, b) => Math.max(a, b), -Infinity));
  return [Math.floor(at / columns), at % columns];
}
