import { type GradConfig, type Tensor, reshape, sum } from "@tensorflow/tfjs-core";

/** Sums a gradient over the axes along which a value of `shape` was broadcast. */
export function unbroadcast(dy: Tensor, shape: readonly number[]): Tensor {
  const extra = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < extra || (shape[axis - extra] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(axes.length > 0 ? sum(dy, axes) : dy, [...shape]);
}

/** A function of two values, which broadcast. */
export function binary(
  kernelName: string,
  da: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  db: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
): GradConfig {
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
export function unary(
  kernelName: string,
  at: "input" | "output",
  dx: (dy: Tensor, value: Tensor, attrs: Record<string, number>) => Tensor,
): GradConfig {
  return {
    kernelName,
    ...(at === "input" ? { inputsToSave: ["x"] } : { outputsToSave: [true] }),
    gradFunc: (dy, [value], attrs) => ({ x: () => dx(dy as Tensor, value!, attrs as Record<string, number>) }),
  };
}
