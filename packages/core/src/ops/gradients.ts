import { type GradConfig, type Tensor, cast, concat, div, getGradient, logicalNot, matMul, mul, neg, ones, pad, registerGradient, reshape, slice, split, square, stack, step, sub, sum, transpose, unstack, where, zerosLike } from "@tensorflow/tfjs-core";

/**
 * Registers gradients for the tfjs kernels that models are glued together with, where nobody has registered any. tfjs
 * brings its own in a file that plain Node cannot import (extension-less ES modules), and some of them call kernels that
 * the wasm backend lacks; these call none. Idempotent; `useBackend` of `@tessera/backends` calls it.
 */
export function registerGradients(): void {
  for (const config of gradients) if (!getGradient(config.kernelName)) registerGradient(config);
}

type Attrs = Record<string, any>;

/** Sums a gradient over the axes along which a value of `shape` was broadcast. */
function unbroadcast(dy: Tensor, shape: readonly number[]): Tensor {
  const extra = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) => (axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : []));
  return reshape(axes.length > 0 ? sum(dy, axes) : dy, [...shape]);
}

function binary(kernelName: string, da: (dy: Tensor, a: Tensor, b: Tensor) => Tensor, db: (dy: Tensor, a: Tensor, b: Tensor) => Tensor): GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, [a, b]) => ({
      a: () => unbroadcast(da(dy as Tensor, a!, b!), a!.shape),
      b: () => unbroadcast(db(dy as Tensor, a!, b!), b!.shape),
    }),
  };
}

/** A function of one value, from the gradient at its input or, where that is shorter, at its output. */
function unary(kernelName: string, at: "input" | "output", dx: (dy: Tensor, value: Tensor) => Tensor): GradConfig {
  return {
    kernelName,
    ...(at === "input" ? { inputsToSave: ["x"] } : { outputsToSave: [true] }),
    gradFunc: (dy, [value]) => ({ x: () => dx(dy as Tensor, value!) }),
  };
}

/** A kernel that only moves values. */
function moving(kernelName: string, input: string, back: (dy: Tensor, shape: readonly number[], attrs: Attrs) => Tensor): GradConfig {
  return {
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x], attrs) => ({ [input]: () => back(dy as Tensor, x!.shape, attrs as Attrs) }),
  };
}

const gradients: GradConfig[] = [
  binary("Add", (dy) => dy, (dy) => dy), // prettier-ignore
  binary("Sub", (dy) => dy, (dy) => neg(dy)), // prettier-ignore
  binary("Multiply", (dy, _, b) => mul(dy, cast(b, "float32")), (dy, a) => mul(dy, cast(a, "float32"))), // prettier-ignore
  binary("RealDiv", (dy, _, b) => div(dy, b), (dy, a, b) => neg(div(mul(dy, a), square(b)))), // prettier-ignore
  unary("Neg", "input", (dy) => neg(dy)),
  unary("Square", "input", (dy, x) => mul(dy, mul(x, 2))),
  unary("Exp", "output", (dy, y) => mul(dy, y)),
  unary("Log", "input", (dy, x) => div(dy, x)),
  unary("Sqrt", "output", (dy, y) => div(dy, mul(y, 2))),
  unary("Rsqrt", "output", (dy, y) => mul(dy, mul(mul(square(y), y), -0.5))),
  unary("Tanh", "output", (dy, y) => mul(dy, sub(1, square(y)))),
  unary("Sigmoid", "output", (dy, y) => mul(dy, mul(y, sub(1, y)))),
  unary("Relu", "input", (dy, x) => mul(dy, step(x))),
  {
    kernelName: "Softmax",
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ logits: () => mul(y!, sub(dy as Tensor, sum(mul(dy as Tensor, y!), -1, true))) }),
  },
  {
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dyOrList, [a, b], attrs) => {
      const dy = dyOrList as Tensor;
      const { transposeA, transposeB } = attrs as Attrs;
      return {
        a: () => unbroadcast(transposeA ? matMul(b!, dy, transposeB, true) : matMul(dy, b!, false, !transposeB), a!.shape),
        b: () => unbroadcast(transposeB ? matMul(dy, a!, true, transposeA) : matMul(a!, dy, !transposeA, false), b!.shape),
      };
    },
  },
  moving("Reshape", "x", (dy, shape) => reshape(dy, [...shape])),
  moving("ExpandDims", "input", (dy, shape) => reshape(dy, [...shape])),
  moving("Identity", "x", (dy) => dy.clone()),
  moving("Cast", "x", (dy) => dy.clone()),
  moving("Transpose", "x", (dy, _, { perm }) => transpose(dy, (perm as number[]).map((__, axis) => (perm as number[]).indexOf(axis)))), // prettier-ignore
  moving("Slice", "x", (dy, shape, { begin }) => pad(dy, margins(shape, [begin].flat(), dy.shape))),
  moving("PadV2", "x", (dy, shape, { paddings }) => slice(dy, (paddings as [number, number][]).map(([before]) => before), [...shape])), // prettier-ignore
  moving("BroadcastTo", "x", (dy, shape) => unbroadcast(dy, shape)),
  moving("Tile", "x", (dy, shape, { reps }) => untile(dy, shape, reps as number[])),
  moving("Sum", "x", (dy, shape, { axis }) => mul(reshape(dy, kept(shape, axis)), ones([...shape]))),
  moving("Mean", "x", (dy, shape, { axis }) => mul(reshape(dy, kept(shape, axis)), mul(ones([...shape]), fraction(shape, axis)))),
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
      const axis = (attrs as Attrs)["axis"] as number;
      const parts = split(dy as Tensor, saved.map(({ shape }) => shape[axis < 0 ? axis + shape.length : axis]!), axis); // prettier-ignore
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  {
    kernelName: "SplitV",
    gradFunc: (dys, _, attrs) => ({ x: () => concat(dys as Tensor[], (attrs as Attrs)["axis"] as number) }),
  },
  {
    kernelName: "Pack",
    saveAllInputs: true,
    gradFunc: (dy, _, attrs) => {
      const parts = unstack(dy as Tensor, (attrs as Attrs)["axis"] as number);
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  {
    kernelName: "Unpack",
    gradFunc: (dys, _, attrs) => ({ value: () => stack(dys as Tensor[], (attrs as Attrs)["axis"] as number) }),
  },
];

/** Shape with the summed axes kept as 1. */
function kept(shape: readonly number[], axis: number | number[]): number[] {
  const axes = axesOf(shape, axis);
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

function fraction(shape: readonly number[], axis: number | number[]): number {
  return 1 / axesOf(shape, axis).reduce((product, i) => product * shape[i]!, 1);
}

function axesOf(shape: readonly number[], axis: number | number[] | undefined): number[] {
  const given = axis === undefined || axis === null ? shape.map((_, i) => i) : [axis].flat();
  return given.map((i) => (i < 0 ? i + shape.length : i));
}

function margins(shape: readonly number[], begin: number[], taken: readonly number[]): [number, number][] {
  return shape.map((size, axis) => [begin[axis] ?? 0, size - (begin[axis] ?? 0) - taken[axis]!]);
}

function untile(dy: Tensor, shape: readonly number[], reps: number[]): Tensor {
  const folded = reshape(dy, shape.flatMap((size, axis) => [reps[axis]!, size])); // prettier-ignore
  return sum(folded, shape.map((_, axis) => 2 * axis)); // prettier-ignore
}
