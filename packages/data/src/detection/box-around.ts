import type { PixelBox } from "./detection-dataset.ts";

export type Point = readonly [x: number, y: number];

/** The smallest box that has all points. */
export function boxAround(points: readonly Point[]): PixelBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  return [left, top, right - left, bottom - top];
}
