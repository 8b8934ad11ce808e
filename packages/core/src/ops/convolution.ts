import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  matMul,
  pad,
  reshape,
  slice,
  sum,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { pair, sizeOf, sizes } from "../shape.ts";
import { type Activation, activate } from "./activation.ts";
import { differentiable, recording, runOp } from "./dispatch.ts";
import { linear } from "./linear.ts";
import type { Op } from "./op.ts";
import { type PatchifyOptions, patchify, patchifyGrad } from "./patchify.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** How windows lie, with nothing left out. */
interface Steps {
  stride: Pair;
  padding: Pair;
  dilation: Pair;
}

/** Of x ⋆ W + b: one at a time, as they are asked for. */
export const convolutionGradOp: Op<
  { dy: Tensor4D; x: Tensor4D; weight: Tensor4D },
  Steps & { wanted: "x" | "weight" | "bias" },
  Tensor
> = {
  name: "TesseraConvolutionGrad",
  inputs: { dy: "required", x: "required", weight: "required" },
  gradients: [],
};

export const convolutionOp: Op<
  { x: Tensor4D; weight: Tensor4D; bias?: Tensor1D },
  Steps & { activation: Activation },
  Tensor4D
> = {
  name: "TesseraConvolution",
  inputs: { x: "required", weight: "required", bias: "optional" },
  gradients: [convolutionGradOp],
};

/** Where a convolution's windows lie, and what follows the sums in the same pass. */
export interface ConvolutionOptions {
  /** [out] */
  bias?: Tensor1D | undefined;
  /** Steps between windows. @default 1 */
  stride?: number | readonly [number, number];
  /** Zeros added on each side. @default 0 */
  padding?: number | readonly [number, number];
  /** Steps between the pixels of a window. @default 1 */
  dilation?: number | readonly [number, number];
  /** @default "none" */
  activation?: Activation;
}

/** Rows and columns of windows of `size` on an image, the last incomplete one left out, as in PyTorch. */
export function convolutionGrid(
  image: readonly [number, number],
  size: readonly [number, number],
  options: Pick<ConvolutionOptions, "stride" | "padding" | "dilation">,
): [number, number] {
  const { stride, padding, dilation } = stepsOf(options);
  const along = (axis: 0 | 1) =>
    Math.floor((image[axis] + 2 * padding[axis] - (size[axis] - 1) * dilation[axis] - 1) / stride[axis]) + 1;
  return [along(0), along(1)];
}

/**
 * act(x ⋆ W + b), a convolution as PyTorch has it: x [b, h, w, in], weight [out, in, rows, columns] -> [b, h′, w′, out].
 * Differentiable in every tensor. Op `convolutionOp`, gradient `convolutionGradOp`; a window of one pixel is `linear`.
 *
 * @throws {ShapeError} if a shape does not fit, or no window does.
 */
export function convolution(x: Tensor4D, weight: Tensor4D, options: ConvolutionOptions = {}): Tensor4D {
  const { bias, activation = "none" } = options;
  const steps = stepsOf(options);
  check(x, weight, bias, steps);
  if (ofPixels(weight, steps)) return linear(x, reshape(weight, [weight.shape[0], -1]), { bias, activation });
  // The activation's gradient needs the sums, so they must be a value of their own.
  if (recording()) return activate(recorded(x, weight, bias, steps), activation);
  return forward(x, weight, bias, steps, activation);
}

function ofPixels({ shape: [, , rows, columns] }: Tensor4D, { stride, padding }: Steps): boolean {
  return rows * columns * stride[0] * stride[1] === 1 && padding[0] + padding[1] === 0;
}

function stepsOf({ stride = 1, padding = 0, dilation = 1 }: ConvolutionOptions): Steps {
  return { stride: pair(stride), padding: pair(padding), dilation: pair(dilation) };
}

function recorded(x: Tensor4D, weight: Tensor4D, bias: Tensor1D | undefined, steps: Steps): Tensor4D {
  return differentiable(
    { x, weight, ...(bias && { bias }) },
    () => forward(x, weight, bias, steps, "none"),
    [x, weight],
    (dy, [savedX, savedWeight]) => convolutionGrad(dy as Tensor4D, savedX as Tensor4D, savedWeight as Tensor4D, steps),
  );
}

function forward(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  steps: Steps,
  activation: Activation,
): Tensor4D {
  return runOp(convolutionOp, { x, weight, ...(bias && { bias }) }, { ...steps, activation }, () => {
    const [b, h, w] = x.shape;
    const [out, , rows, columns] = weight.shape;
    const patches = patchify(x, windows(weight, steps));
    // An op of ours, for which backends without a kernel for this one may have one: wasm's is many times faster than tfjs's product.
    const y = linear(asRows(patches), spread(weight, steps.dilation), { bias, activation });
    return reshape(y, [b, ...convolutionGrid([h, w], [rows, columns], steps), out]) as Tensor4D;
  });
}

/** Gradients of x ⋆ W + b, by input; those of the kernel's are computed as they are asked for. */
export function convolutionGrad(
  dy: Tensor4D,
  x: Tensor4D,
  weight: Tensor4D,
  options: Pick<ConvolutionOptions, "stride" | "padding" | "dilation">,
): Record<"x" | "weight" | "bias", () => Tensor> {
  const steps = stepsOf(options);
  const dyRows = () => reshape(dy, [-1, weight.shape[0]]) as Tensor2D;
  const grad = (wanted: "x" | "weight" | "bias", composed: () => Tensor) => () =>
    runOp(convolutionGradOp, { dy, x, weight }, { ...steps, wanted }, composed);
  return {
    x: grad("x", () => {
      const patches = matMul(dyRows(), spread(weight, steps.dilation));
      const [, rows, columns] = dy.shape;
      const shaped = reshape(patches, [x.shape[0], rows * columns, patches.shape[1]!]) as Tensor3D;
      return patchifyGrad(shaped, x.shape, windows(weight, steps));
    }),
    weight: grad("weight", () => {
      const patches = patchify(x, windows(weight, steps));
      return gathered(matMul(dyRows(), asRows(patches), true, false), weight.shape, steps.dilation);
    }),
    bias: grad("bias", () => sum(dyRows(), 0)),
  };
}

/** The pixels from a window's first to its last, those between dilated steps too. */
function windows({ shape: [, , rows, columns] }: Tensor4D, { stride, padding, dilation }: Steps): PatchifyOptions {
  return { patchSize: [(rows - 1) * dilation[0] + 1, (columns - 1) * dilation[1] + 1], stride, padding };
}

/** A weight with zeros for the pixels between dilated steps: [out, in, rows, columns] -> [out, in · pixels of a window] */
export function spread(weight: Tensor4D, [down, across]: Pair): Tensor2D {
  const [out, inputs, rows, columns] = weight.shape;
  if (down === 1 && across === 1) return reshape(weight, [out, -1]);
  const wide = pad(reshape(weight, [-1, columns, 1]), [
    [0, 0],
    [0, 0],
    [0, across - 1],
  ]);
  const tall = pad(reshape(wide, [out * inputs, rows, columns * across]), [
    [0, 0],
    [0, 0],
    [0, (down - 1) * columns * across],
  ]);
  const [height, width] = [(rows - 1) * down + 1, (columns - 1) * across + 1];
  const whole = reshape(tall, [out * inputs, rows * down, columns * across]);
  return reshape(slice(whole, [0, 0, 0], [-1, height, width]), [out, -1]);
}

/** The transpose of `spread`. */
export function gathered(spreadOut: Tensor2D, shape: Tensor4D["shape"], [down, across]: Pair): Tensor4D {
  const [out, inputs, rows, columns] = shape;
  if (down === 1 && across === 1) return reshape(spreadOut, shape);
  const [height, width] = [(rows - 1) * down + 1, (columns - 1) * across + 1];
  const whole = pad(reshape(spreadOut, [out * inputs, height, width]), [
    [0, 0],
    [0, down - 1],
    [0, across - 1],
  ]);
  const lines = slice(
    reshape(whole, [out * inputs, rows, down * columns * across]),
    [0, 0, 0],
    [-1, -1, columns * across],
  );
  return reshape(slice(reshape(lines, [-1, columns, across]), [0, 0, 0], [-1, -1, 1]), shape);
}

/** [b, n, d] -> [b·n, d] */
function asRows(patches: Tensor3D): Tensor2D {
  const [b, n, d] = patches.shape;
  return reshape(patches, [b * n, d]);
}

function check(x: Tensor4D, weight: Tensor4D, bias: Tensor1D | undefined, steps: Steps): void {
  const [out, inputs, ...size] = sizes(weight, ["out", "in", "rows", "columns"], "convolution: weight") as [
    number,
    number,
    number,
    number,
  ];
  const [, h, w] = sizes(x, ["b", "h", "w", inputs], "convolution") as [number, number, number, number];
  if (bias && (bias.rank !== 1 || bias.shape[0] !== out))
    throw new ShapeError(`convolution: expected bias [${out}], got [${bias.shape.join(", ")}]`);
  if (sizeOf(convolutionGrid([h, w], size, steps).map((count) => Math.max(count, 0))) === 0)
    throw new ShapeError(`convolution: expected an image of at least one window of ${size.join("×")}, got ${h}×${w}`);
}
