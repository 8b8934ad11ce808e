import type { TensorValues } from "../checkpoint.ts";

/** How far apart neighbours along each axis lie when the last axis is the fastest. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const expected = rowMajorStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]) || shape.includes(0);
}

/** A new array of the same kind. */
export function arrayLike(values: TensorValues, length: number): TensorValues {
  const make = values.constructor as new (length: number) => TensorValues;
  return new make(length);
}

/**
 * Values in row-major order of a tensor that lies in memory with any strides.
 *
 * @param strides in values; zero repeats, as PyTorch's expanded tensors do
 * @param offset where the tensor's first value is
 */
export function gatherStrided(
  values: TensorValues,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): TensorValues {
  const count = shape.reduce((a, b) => a * b, 1);
  const out = arrayLike(values, count);
  if (count === 0) return out;
  const [rows = 1, columns = 1] = shape.slice(-2).length === 2 ? shape.slice(-2) : [1, ...shape];
  const [down = 0, across = 0] = strides.slice(-2).length === 2 ? strides.slice(-2) : [0, ...strides];
  const outer = shape.slice(0, -2);
  const index = outer.map(() => 0);
  let at = 0;
  for (let base = offset; at < count;) {
    for (let r = 0, row = base; r < rows; r++, row += down)
      for (let c = 0, from = row; c < columns; c++, from += across) out[at++] = values[from]!;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      base += strides[axis]!;
      if (++index[axis]! < outer[axis]!) break;
      base -= outer[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Values with their axes reordered: axis `i` of the result is axis `axes[i]` of the input. */
export function permuteAxes(values: TensorValues, shape: readonly number[], axes: readonly number[]): TensorValues {
  const strides = rowMajorStrides(shape);
  return gatherStrided(
    values,
    axes.map((axis) => shape[axis]!),
    axes.map((axis) => strides[axis]!),
  );
}
