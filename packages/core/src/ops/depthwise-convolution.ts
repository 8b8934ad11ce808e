import {
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  add,
  depthwiseConv2d,
  mul,
  pad,
  reshape,
  reverse,
  slice,
  stack,
  sum,
  transpose,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { pair, sizes } from "../shape.ts";
import { type Activation, activate } from "./activation.ts";
import { convolutionGrid } from "./convolution.ts";
import { differentiable, recording, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** Of x ⋆ W + b, a channel by itself: one at a time, as they are asked for. */
export const depthwiseConvolutionGradOp: Op<
  { dy: Tensor4D; x: Tensor4D; weight: Tensor4D },
  { padding: Pair; wanted: "x" | "weight" | "bias" },
  Tensor
> = {
  name: "TesseraDepthwiseConvolutionGrad",
  inputs: { dy: "required", x: "required", weight: "required" },
  gradients: [],
};

export const depthwiseConvolutionOp: Op<
  { x: Tensor4D; weight: Tensor4D; bias?: Tensor1D },
  { padding: Pair; activation: Activation },
  Tensor4D
> = {
  name: "TesseraDepthwiseConvolution",
  inputs: { x: "required", weight: "required", bias: "optional" },
  gradients: [depthwiseConvolutionGradOp],
};

export interface DepthwiseConvolutionOptions {
  /** [c] */
  bias?: Tensor1D | undefined;
  /** Zeros added on each side, fewer than the window has pixels. @default 0 */
  padding?: number | readonly [number, number];
  /** @default "none" */
  activation?: Activation;
}

/**
 * act(x ⋆ W + b), each channel with a window of its own, in steps of one pixel, as PyTorch has it with as many groups as
 * channels: x [b, h, w, c], weight [c, 1, rows, columns] -> [b, h′, w′, c]. Differentiable in every tensor. Op
 * `depthwiseConvolutionOp`, gradient `depthwiseConvolutionGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit, no window does, or one could lie outside of the image.
 */
export function depthwiseConvolution(
  x: Tensor4D,
  weight: Tensor4D,
  options: DepthwiseConvolutionOptions = {},
): Tensor4D {
  const { bias, activation = "none" } = options;
  const padding = pair(options.padding ?? 0);
  check(x, weight, bias, padding);
  // The activation's gradient needs the sums, so they must be a value of their own.
  if (recording()) return activate(recorded(x, weight, bias, padding), activation);
  return forward(x, weight, bias, padding, activation);
}

function recorded(x: Tensor4D, weight: Tensor4D, bias: Tensor1D | undefined, padding: Pair): Tensor4D {
  return differentiable(
    { x, weight, ...(bias && { bias }) },
    () => forward(x, weight, bias, padding, "none"),
    [x, weight],
    (dy, [savedX, savedWeight]) =>
      depthwiseConvolutionGrad(dy as Tensor4D, savedX as Tensor4D, savedWeight as Tensor4D, { padding }),
  );
}

function forward(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  padding: Pair,
  activation: Activation,
): Tensor4D {
  return runOp(depthwiseConvolutionOp, { x, weight, ...(bias && { bias }) }, { padding, activation }, () => {
    const sums = slide(x, weight, padding);
    return activate(bias ? add<Tensor4D>(sums, bias) : sums, activation);
  });
}

/** Gradients of x ⋆ W + b, by input; those of the kernel's are computed as they are asked for. */
export function depthwiseConvolutionGrad(
  dy: Tensor4D,
  x: Tensor4D,
  weight: Tensor4D,
  options: Pick<DepthwiseConvolutionOptions, "padding">,
): Record<"x" | "weight" | "bias", () => Tensor> {
  const padding = pair(options.padding ?? 0);
  const [, , rows, columns] = weight.shape;
  const grad = (wanted: "x" | "weight" | "bias", composed: () => Tensor) => () =>
    runOp(depthwiseConvolutionGradOp, { dy, x, weight }, { padding, wanted }, composed);
  return {
    // Each pixel has been in the windows about it, in the last first.
    x: grad("x", () => slide(dy, reverse(weight, [2, 3]), [rows - 1 - padding[0], columns - 1 - padding[1]])),
    weight: grad("weight", () => {
      const padded = padTo(x, padding);
      const taps = Array.from({ length: rows * columns }, (_, tap) => {
        const start = [0, Math.floor(tap / columns), tap % columns, 0];
        return sum(mul(slice(padded, start, dy.shape), dy), [0, 1, 2]); // [c]
      });
      return reshape(stack(taps, 1), weight.shape);
    }),
    bias: grad("bias", () => sum(dy, [0, 1, 2])),
  };
}

/** x ⋆ W by tfjs's own op, whose filters are [rows, columns, c, 1]. */
function slide(x: Tensor4D, weight: Tensor4D, [down, across]: Pair): Tensor4D {
  return depthwiseConv2d(x, transpose(weight, [2, 3, 0, 1]), 1, [
    [0, 0],
    [down, down],
    [across, across],
    [0, 0],
  ]);
}

function padTo(x: Tensor4D, [down, across]: Pair): Tensor4D {
  return pad(x, [
    [0, 0],
    [down, down],
    [across, across],
    [0, 0],
  ]);
}

function check(x: Tensor4D, weight: Tensor4D, bias: Tensor1D | undefined, padding: Pair): void {
  const [channels, , ...size] = sizes(weight, ["c", 1, "rows", "columns"], "depthwiseConvolution: weight") as [
    number,
    number,
    number,
    number,
  ];
  const [, h, w] = sizes(x, ["b", "h", "w", channels], "depthwiseConvolution") as [number, number, number, number];
  if (bias && (bias.rank !== 1 || bias.shape[0] !== channels))
    throw new ShapeError(`depthwiseConvolution: expected bias [${channels}], got [${bias.shape.join(", ")}]`);
  if (padding.some((zeros, axis) => zeros >= size[axis]!))
    throw new ShapeError(`depthwiseConvolution: expected a padding below ${size.join("×")}, got ${padding.join("×")}`);
  if (convolutionGrid([h, w], size, { padding }).some((count) => count < 1))
    throw new ShapeError(
      `depthwiseConvolution: expected an image of at least one window of ${size.join("×")}, got ${h}×${w}`,
    );
}
