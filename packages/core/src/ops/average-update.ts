import { type Tensor, type Variable, add, mul, sub } from "@tensorflow/tfjs-core";
import { runOp } from "./dispatch.ts";
import { update } from "./update.ts";

/**
 * average += (1 − decay) · (values − average), both of one shape. Written so, and not as decay · average + (1 − decay) · values,
 * whose factors add up to 1 only nearly in float32: over many steps the average would shrink or grow.
 * Kernel `TesseraAverageUpdate`: (average, values) -> the new average.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function averageUpdate(average: Variable, values: Tensor, decay: number): void {
  update("averageUpdate", values, [average], () =>
    runOp("TesseraAverageUpdate", { average, values }, { decay }, () => [
      add(average, mul(sub(values, average), 1 - decay)),
    ]),
  );
}
