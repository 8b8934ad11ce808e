import { type Tensor, type Variable, add, mul, sub } from "@tensorflow/tfjs-core";
import { runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { update } from "./update.ts";

/** A kernel may write over the memory of the average, where nobody else holds it. */
export const averageUpdateOp: Op<{ average: Tensor; values: Tensor }, { decay: number }, [average: Tensor]> = {
  name: "TesseraAverageUpdate",
  inputs: { average: "required", values: "required" },
  gradients: [],
};

/**
 * average += (1 − decay) · (values − average), both of one shape. Written so, and not as decay · average + (1 − decay) · values,
 * whose factors add up to 1 only nearly in float32: over many steps the average would shrink or grow.
 * Op `averageUpdateOp`.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function averageUpdate(average: Variable, values: Tensor, decay: number): void {
  update("averageUpdate", values, [average], () =>
    runOp(averageUpdateOp, { average, values }, { decay }, () => [add(average, mul(sub(values, average), 1 - decay))]),
  );
}
