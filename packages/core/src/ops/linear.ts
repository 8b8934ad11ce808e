import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  matMul,
  mul,
  reshape,
  sum,
  zeros,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { type Activation, activate } from "./activation.ts";
import { differentiable, recording, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** Of x Wᵀ + b: one at a time, as they are asked for. */
export const linearGradOp: Op<
  { dy: Tensor; x: Tensor; weight: Tensor2D },
  { wanted: "x" | "weight" | "bias" },
  Tensor
> = {
  name: "TesseraLinearGrad",
  inputs: { dy: "required", x: "required", weight: "required" },
  gradients: [],
};

export const linearOp: Op<
  { x: Tensor; weight: Tensor2D; bias?: Tensor1D; scale?: Tensor1D; residual?: Tensor },
  { activation: Activation },
  Tensor
> = {
  name: "TesseraLinear",
  inputs: { x: "required", weight: "required", bias: "optional", scale: "optional", residual: "optional" },
  gradients: [linearGradOp],
};

/** What follows the product in the same pass over memory. */
export interface LinearOptions {
  /** [out] */
  bias?: Tensor1D | undefined;
  /** @default "none" */
  activation?: Activation | undefined;
  /** Multiplies the activated values: layer scale. [out] */
  scale?: Tensor1D | undefined;
  /** Added last. [..., out] */
  residual?: Tensor | undefined;
}

/**
 * residual + scale · act(x Wᵀ + b): x [..., in], weight [out, in] -> [..., out]. Differentiable in every tensor.
 * Op `linearOp`, gradient `linearGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function linear<T extends Tensor>(x: T, weight: Tensor2D, options: LinearOptions = {}): T {
  const { bias, activation = "none", scale, residual } = options;
  check(x, weight, options);
  if (recording()) {
    // The activation and the scale need the product for their gradients, so it must be a value of its own.
    return finish(activate(product2d(x, weight, bias), activation), options) as T;
  }
  const inputs = { x, weight, ...(bias && { bias }), ...(scale && { scale }), ...(residual && { residual }) };
  return runOp(linearOp, inputs, { activation }, () =>
    finish(activate(compose(x, weight, bias), activation), options),
  ) as T;
}

/** residual + scale · y. The vector is broadcast over a matrix: of rank 5, the WebGPU backend gets it wrong. */
function finish(y: Tensor, { scale, residual }: LinearOptions): Tensor {
  const scaled = scale ? reshape(mul(rows(y), scale), y.shape) : y;
  return residual ? add(residual, scaled) : scaled;
}

/** x Wᵀ + b, recorded. */
function product2d(x: Tensor, weight: Tensor2D, bias: Tensor1D | undefined): Tensor {
  return differentiable(
    { x, weight, ...(bias && { bias }) },
    () => runOp(linearOp, { x, weight, ...(bias && { bias }) }, { activation: "none" }, () => compose(x, weight, bias)),
    [x, weight],
    (dy, [savedX, savedWeight]) => linearGrad(dy, savedX!, savedWeight as Tensor2D),
  );
}

function compose(x: Tensor, weight: Tensor2D, bias: Tensor1D | undefined): Tensor {
  const [out] = weight.shape;
  // Rank 2: the gradient of tfjs's matMul does not sum over broadcast batch axes.
  const product = matMul(rows(x), weight, false, true);
  return reshape(bias ? add(product, bias) : product, [...x.shape.slice(0, -1), out]);
}

/** Gradients of x Wᵀ + b, by input; those of the kernel's are computed as they are asked for. */
export function linearGrad(dy: Tensor, x: Tensor, weight: Tensor2D): Record<"x" | "weight" | "bias", () => Tensor> {
  const grad = (wanted: "x" | "weight" | "bias", composed: () => Tensor) => () =>
    runOp(linearGradOp, { dy, x, weight }, { wanted }, composed);
  return {
    x: grad("x", () => reshape(matMul(rows(dy), weight), x.shape)),
    weight: grad("weight", () => matMul(rows(dy), rows(x), true, false)),
    // Of no rows tfjs's wasm backend gives what was in memory.
    bias: grad("bias", () => (dy.size > 0 ? sum(rows(dy), 0) : zeros([weight.shape[0]]))),
  };
}

/** [..., d] -> [rows, d] */
function rows(x: Tensor): Tensor2D {
  const width = x.shape[x.rank - 1]!;
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), width]);
}

function check(x: Tensor, weight: Tensor2D, { bias, scale, residual }: LinearOptions): void {
  const [out, inputs] = weight.shape;
  const given = x.shape[x.rank - 1];
  if (x.rank < 2 || given !== inputs)
    throw new ShapeError(`linear: expected x [..., ${inputs}], got [${x.shape.join(", ")}]`);
  for (const [name, vector] of Object.entries({ bias, scale })) {
    if (vector && (vector.rank !== 1 || vector.shape[0] !== out)) {
      throw new ShapeError(`linear: expected ${name} [${out}], got [${vector.shape.join(", ")}]`);
    }
  }
  const expected = [...x.shape.slice(0, -1), out];
  if (residual && residual.shape.join() !== expected.join()) {
    throw new ShapeError(`linear: expected residual [${expected.join(", ")}], got [${residual.shape.join(", ")}]`);
  }
}
