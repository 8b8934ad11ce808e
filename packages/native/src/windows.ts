type Pair = readonly [rows: number, columns: number];

/** Windows on images: `Windows` of addon/kernels.h. */
export interface Windows {
  /** Batch, height, width and channels. */
  image: readonly [number, number, number, number];
  size: Pair;
  stride: Pair;
  padding: Pair;
  /** @default [1, 1] */
  dilation?: Pair | undefined;
  /** Number of windows. */
  grid: Pair;
}

type Axis = [size: number, stride: number, padding: number, dilation: number, grid: number];

/** Windows as arguments of the addon. */
export type WindowArguments = [
  ...image: [batch: number, height: number, width: number, channels: number],
  ...rows: Axis,
  ...columns: Axis,
];

export function windowArguments({ image, size, stride, padding, dilation = [1, 1], grid }: Windows): WindowArguments {
  const axis = (i: 0 | 1): Axis => [size[i], stride[i], padding[i], dilation[i], grid[i]];
  return [...image, ...axis(0), ...axis(1)];
}
