import { type Tensor1D, type Tensor2D, gather, scatterND, expandDims } from "@tensorflow/tfjs-core";
import { differentiable } from "./dispatch.ts";

/**
 * Rows of a table: table [t, d], indices [n] -> [n, d]. Its gradient adds up by `scatterND`: tfjs's own of `gather` needs
 * UnsortedSegmentSum, which the wasm backend lacks.
 */
export function gatherRows(table: Tensor2D, indices: Tensor1D): Tensor2D {
  return differentiable(
    { table },
    () => gather(table, indices),
    [indices],
    (dy, [saved]) => ({
      table: () => scatterND(expandDims(saved!, 1), dy, table.shape),
    }),
  );
}
