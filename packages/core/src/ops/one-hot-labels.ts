import {
  type Tensor1D,
  type Tensor2D,
  any,
  cast,
  equal,
  expandDims,
  getBackend,
  range,
  tidy,
  where,
} from "@tensorflow/tfjs-core";
import { TesseraError } from "../errors.ts";

/**
 * Labels [b] as rows of 0 and one 1: [b] -> [b, classes], of one class too. A GPU would have to be waited for, so there a label
 * that is no class makes its row NaN.
 *
 * @throws {TesseraError} elsewhere, if a label is no whole number from 0 to below `classes`.
 */
export function oneHotLabels(labels: Tensor1D, classes: number, caller: string): Tensor2D {
  const onGpu = getBackend().startsWith("webg");
  if (!onGpu) checkLabels(labels.dataSync(), classes, caller);
  return tidy(() => {
    const hits = equal(expandDims(cast(labels, "float32"), 1), range(0, classes));
    const rows = cast(hits, "float32") as Tensor2D;
    // Not a quotient by the sum of a row, since tfjs's webgl divides 0 by 0 to 1.
    return onGpu ? where(any(hits, 1, true), rows, Number.NaN) : rows;
  });
}

function checkLabels(labels: ArrayLike<number>, classes: number, caller: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new TesseraError(
      `${caller}: expected labels from 0 to ${classes - 1}, got ${label} at ${i}; has the model as many classes as the data?`,
    );
  }
}
