import { type Tensor, type Variable, tidy } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sameShape } from "../shape.ts";

/**
 * Gives variables the results of an op, in their order. Who calls it never sees the old values again, so the op's kernel
 * may write over the memory of a variable that nobody else holds.
 *
 * @throws {ShapeError} if a variable's shape is not the given tensor's.
 */
export function update(where: string, given: Tensor, variables: readonly Variable[], results: () => Tensor[]): void {
  for (const { shape } of variables) {
    if (!sameShape(shape, given.shape))
      throw new ShapeError(`${where}: expected values of shape [${shape.join(", ")}], got [${given.shape.join(", ")}]`);
  }
  tidy(() => {
    for (const [i, values] of results().entries()) variables[i]!.assign(values);
  });
}
