import { type Scalar, type Tensor, square, stack, sum } from "@tensorflow/tfjs-core";
import { TesseraError } from "../errors.ts";
import { runOp } from "./dispatch.ts";
import type { None, Op } from "./op.ts";

/** Its inputs are named by their places. */
export const sumOfSquaresOp: Op<Record<string, Tensor>, None, Scalar> = {
  name: "TesseraSumOfSquares",
  inputs: {},
  gradients: [],
};

/**
 * Sum of the squares of all values of all tensors, of any shapes, as a scalar; its root is the norm of them as one vector.
 * Op `sumOfSquaresOp`. Not differentiable.
 *
 * @throws {TesseraError} if there are none.
 */
export function sumOfSquares(tensors: readonly Tensor[]): Scalar {
  if (tensors.length === 0) throw new TesseraError("sumOfSquares: expected tensors, got none");
  return runOp(
    sumOfSquaresOp,
    Object.fromEntries(tensors.entries()),
    {},
    () => sum(stack(tensors.map((values) => sum(square(values))))) as Scalar,
  );
}
