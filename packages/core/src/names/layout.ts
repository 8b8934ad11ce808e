import type { TensorValues } from "../checkpoint.ts";
import { FormatError } from "../errors.ts";
import { arrayLike, permuteAxes } from "./strided.ts";
import { shown } from "../untrusted-text.ts";

/** Values with their sizes, row-major. */
export interface Part {
  shape: readonly number[];
  values: TensorValues;
}

/** How one tensor comes out of one or several others. Sizes can be told without reading values. */
export interface Layout {
  /** @throws FormatError when the inputs have other ranks or sizes than the layout takes */
  shape(shapes: readonly (readonly number[])[], where: string): number[];
  values(parts: readonly Part[]): TensorValues;
  /** True for a layout that calculates, so that its result is float32 whatever the inputs are. */
  calculates?: boolean;
}

function axes(shape: readonly number[] | undefined, count: number, where: string): readonly number[] {
  if (shape?.length === count) return shape;
  throw new FormatError(`${where}: expected ${count} axes, got ${shown(shape)}; the file is of another model`);
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function reordered(order: readonly number[]): Layout {
  return {
    shape: ([shape], where) => order.map((axis) => axes(shape, order.length, where)[axis]!),
    values: ([part]) => permuteAxes(part!.values, part!.shape, order),
  };
}

export const same: Layout = {
  shape: ([shape]) => [...shape!],
  values: ([part]) => part!.values,
};

/** [in, out] -> [out, in]: JAX multiplies from the other side. */
export const transposed: Layout = reordered([1, 0]);

/** [h, w, in, out] -> [out, in, h, w] */
export const hwioToOihw: Layout = reordered([3, 2, 0, 1]);

/** [d, heads, dim] -> [heads * dim, d] */
export const intoHeads: Layout = {
  shape: ([shape], where) => {
    const [width, heads, dim] = axes(shape, 3, where) as [number, number, number];
    return [heads * dim, width];
  },
  values: ([part]) => permuteAxes(part!.values, [part!.shape[0]!, size(part!.shape.slice(1))], [1, 0]),
};

/** [heads, dim, d] -> [d, heads * dim] */
export const outOfHeads: Layout = {
  shape: ([shape], where) => {
    const [heads, dim, width] = axes(shape, 3, where) as [number, number, number];
    return [width, heads * dim];
  },
  values: ([part]) => permuteAxes(part!.values, [size(part!.shape.slice(0, 2)), part!.shape[2]!], [1, 0]),
};

/** Any shape -> [n] */
export const flat: Layout = {
  shape: ([shape]) => [size(shape!)],
  values: ([part]) => part!.values,
};

/** Parts one below the other: q, k, v -> [3d, d] or [3d]. */
export function stacked(each: Layout): Layout {
  return {
    shape: (shapes, where) => {
      const parts = shapes.map((shape) => each.shape([shape], where));
      const rest = parts[0]!.slice(1);
      if (parts.some((part) => String(part.slice(1)) !== String(rest)))
        throw new FormatError(
          `${where}: expected parts of equal width, got ${parts.map(shown).join(" and ")}; the file is damaged`,
        );
      return [parts.reduce((rows, part) => rows + part[0]!, 0), ...rest];
    },
    values: (parts) => {
      const values = parts.map((part) => each.values([part]));
      const out = arrayLike(
        values[0]!,
        values.reduce((sum, { length }) => sum + length, 0),
      );
      let at = 0;
      for (const part of values) {
        // parts of one tensor share their type, see `convert`
        out.set(part as never, at);
        at += part.length;
      }
      return out;
    },
  };
}

/** Rows `which` of `count` equal groups of rows: `stacked` undone. */
export function rowsOf(which: number, count: number): Layout {
  return {
    shape: ([shape], where) => {
      const [rows = 0, ...rest] = shape!;
      if (rows % count !== 0)
        throw new FormatError(
          `${where}: expected rows divisible by ${count}, got ${rows}; the file is of another model`,
        );
      return [rows / count, ...rest];
    },
    values: ([part]) => {
      const length = part!.values.length / count;
      return part!.values.slice(which * length, (which + 1) * length);
    },
  };
}

/** [1, n + 1, d] -> [1, n, d]: positions without that of the class token. */
export const withoutFirst: Layout = {
  shape: ([shape], where) => {
    const [one, count, width] = axes(shape, 3, where) as [number, number, number];
    return [one, count - 1, width];
  },
  values: ([part]) => part!.values.slice(part!.shape[2]!),
};

/** [1, n, d] -> [1, n + 1, d]: a position of zeros for the class token, which changes nothing. */
export const withZeroFirst: Layout = {
  shape: ([shape], where) => {
    const [one, count, width] = axes(shape, 3, where) as [number, number, number];
    return [one, count + 1, width];
  },
  values: ([part]) => {
    const out = arrayLike(part!.values, part!.values.length + part!.shape[2]!);
    out.set(part!.values as never, part!.shape[2]!);
    return out;
  },
};

/** [1, 1, d], [1, n + 1, d] -> [1, 1, d]: a class token with its position added in. */
export const plusFirst: Layout = {
  calculates: true,
  shape: ([shape]) => [...shape!],
  values: ([token, positions]) =>
    Float32Array.from(token!.values as Float32Array, (x, i) => x + Number(positions!.values[i])),
};
