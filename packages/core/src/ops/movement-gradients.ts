import {
  type GradConfig,
  type Tensor,
  broadcastTo,
  cast,
  concat,
  logicalNot,
  mul,
  pad,
  reshape,
  slice,
  split,
  stack,
  sum,
  transpose,
  unstack,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { sizeOf } from "../shape.ts";

/** What the kernels below are called with. */
interface Attrs {
  /** Several, or none for all, only in reductions. */
  axis: number;
  begin: number | number[];
  paddings: [number, number][];
  perm: number[];
  reps: number[];
}

/** Kernels that move, copy or add up values. */
export const movementGradients: readonly GradConfig[] = [
  moving("Reshape", "x", (dy, shape) => reshape(dy, [...shape])),
  moving("ExpandDims", "input", (dy, shape) => reshape(dy, [...shape])),
  moving("Identity", "x", (dy) => dy.clone()),
  moving("Cast", "x", (dy) => dy.clone()),
  moving("Transpose", "x", (dy, _, { perm }) =>
    transpose(
      dy,
      perm.map((__, axis) => perm.indexOf(axis)),
    ),
  ),
  moving("Slice", "x", (dy, shape, { begin }) => pad(dy, margins(shape, [begin].flat(), dy.shape))),
  moving("PadV2", "x", (dy, shape, { paddings }) =>
    slice(
      dy,
      paddings.map(([before]) => before),
      [...shape],
    ),
  ),
  moving("Tile", "x", (dy, shape, { reps }) => untile(dy, shape, reps)),
  moving("Sum", "x", (dy, shape, { axis }) => broadcastTo(reshape(dy, kept(shape, axis)), [...shape])),
  moving("Mean", "x", (dy, shape, { axis }) =>
    broadcastTo(mul(reshape(dy, kept(shape, axis)), fraction(shape, axis)), [...shape]),
  ),
  {
    kernelName: "Select",
    inputsToSave: ["condition"],
    gradFunc: (dy, [condition]) => ({
      condition: () => cast(zerosLike(condition!), "float32"),
      t: () => where(condition!, dy as Tensor, zerosLike(dy as Tensor)),
      e: () => where(logicalNot(condition!), dy as Tensor, zerosLike(dy as Tensor)),
    }),
  },
  {
    kernelName: "Concat",
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const axis = (attrs as unknown as Attrs).axis;
      const parts = split(
        dy as Tensor,
        saved.map(({ shape }) => shape[axis < 0 ? axis + shape.length : axis]!),
        axis,
      );
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  {
    kernelName: "SplitV",
    gradFunc: (dys, _, attrs) => ({ x: () => concat(dys as Tensor[], (attrs as unknown as Attrs).axis) }),
  },
  {
    kernelName: "Pack",
    gradFunc: (dy, _, attrs) => {
      const parts = unstack(dy as Tensor, (attrs as unknown as Attrs).axis);
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  {
    kernelName: "Unpack",
    gradFunc: (dys, _, attrs) => ({ value: () => stack(dys as Tensor[], (attrs as unknown as Attrs).axis) }),
  },
];

/** A kernel that only moves values. */
function moving(
  kernelName: string,
  input: string,
  back: (dy: Tensor, shape: readonly number[], attrs: Attrs) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], attrs) => ({ [input]: () => back(dy as Tensor, x!.shape, attrs as unknown as Attrs) }),
  };
}

/** Shape with the reduced axes kept as 1. */
export function kept(shape: readonly number[], axis: number | number[] | undefined): number[] {
  const axes = axesOf(shape, axis);
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

function fraction(shape: readonly number[], axis: number | number[] | undefined): number {
  return 1 / axesOf(shape, axis).reduce((product, i) => product * shape[i]!, 1);
}

/** Several, one, or none for all. */
export function axesOf(shape: readonly number[], axis: number | number[] | undefined): number[] {
  const given = axis === undefined || axis === null ? shape.map((_, i) => i) : [axis].flat();
  return given.map((i) => (i < 0 ? i + shape.length : i));
}

function margins(shape: readonly number[], begin: number[], taken: readonly number[]): [number, number][] {
  return shape.map((size, axis) => [begin[axis] ?? 0, size - (begin[axis] ?? 0) - taken[axis]!]);
}

/** One axis after the other, so that no tensor gets more axes than backends take. */
function untile(dy: Tensor, shape: readonly number[], reps: readonly number[]): Tensor {
  let total = dy;
  for (const [axis, count] of reps.entries()) {
    if (count === 1) continue;
    const before = sizeOf(total.shape.slice(0, axis));
    const after = sizeOf(total.shape.slice(axis + 1));
    const folded = reshape(total, [before, count, shape[axis]! * after]);
    total = reshape(sum(folded, 1), [...total.shape.slice(0, axis), shape[axis]!, ...total.shape.slice(axis + 1)]);
  }
  return total.clone();
}
