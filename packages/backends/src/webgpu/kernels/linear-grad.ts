import { util } from "@tensorflow/tfjs-core";
import type { linearGradOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { columnSums } from "./column-sums.ts";
import { product } from "./linear.ts";

/** One of the gradients of x Wᵀ + b. */
export const linearGrad: Kernel<typeof linearGradOp> = {
  run(backend, { dy, x, weight }, { wanted }) {
    const [out, inputs] = weight.shape;
    const rows = util.sizeFromShape(x.shape) / inputs;
    switch (wanted) {
      case "x": // dy [rows, out] · W [out, in]
        return product(backend, [dy, weight], { rows, columns: inputs, depth: out }, { a: "k", b: "outer" }, x.shape);
      case "weight": // dyᵀ [out, rows] · x [rows, in]
        return product(backend, [dy, x], { rows: out, columns: inputs, depth: rows }, { a: "outer", b: "outer" }, [out, inputs]); // prettier-ignore
      case "bias":
        return columnSums(backend, dy, rows, out);
      default:
        throw wanted satisfies never;
    }
  },
};
