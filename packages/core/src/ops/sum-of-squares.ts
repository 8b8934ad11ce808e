import { type Scalar, type Tensor, addN, square, sum } from "@tensorflow/tfjs-core";
import { TesseraError } from "../errors.ts";
import { runOp } from "./dispatch.ts";

/**
 * Sum of the squares of all values of all tensors, of any shapes, as a scalar; its root is the norm of them as one vector.
 * Kernel `TesseraSumOfSquares`, whose inputs are named by their places. Not differentiable.
 *
 * @throws {TesseraError} if there are none.
 */
export function sumOfSquares(tensors: readonly Tensor[]): Scalar {
  if (tensors.length === 0) throw new TesseraError("sumOfSquares: expected tensors, got none");
  return runOp("TesseraSumOfSquares", Object.fromEntries(tensors.entries()), {}, () =>
    addN(tensors.map((values) => sum(square(values)))),
  ) as Scalar;
}
