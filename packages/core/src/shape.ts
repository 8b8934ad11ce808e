import type { Tensor } from "@tensorflow/tfjs-core";
import { ShapeError } from "./errors.ts";

/** Sizes of an array's axes. */
export type Shape = readonly number[];

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** True when both shapes have the same axes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/**
 * The sizes of `x`, checked once at the door of a public function.
 * `expected` names free axes by a letter and fixes the others by a number: `sizes(x, ["b", "n", dim], "Attention")`.
 *
 * @throws {ShapeError} if the rank or a fixed axis differs.
 */
export function sizes(x: Tensor, expected: readonly (string | number)[], where: string): number[] {
  const fits =
    x.shape.length === expected.length &&
    expected.every((want, axis) => typeof want === "string" || want === x.shape[axis]);
  if (!fits) throw new ShapeError(`${where}: expected shape [${expected.join(", ")}], got [${x.shape.join(", ")}]`);
  return x.shape;
}

/** `[height, width]` of a size given as one number or as two. */
export function pair(size: number | readonly [number, number]): [number, number] {
  return typeof size === "number" ? [size, size] : [size[0], size[1]];
}

/** A size given as one number where both are alike, as configs write it: `pair` undone. */
export function side(size: number | readonly [number, number]): number | [number, number] {
  const [height, width] = pair(size);
  return height === width ? height : [height, width];
}
