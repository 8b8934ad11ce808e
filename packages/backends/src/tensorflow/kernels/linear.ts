import type { linearOp } from "@tessera/core";
import { chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import { product, weightIn } from "../precision.ts";
import { activated } from "./activation.ts";

/**
 * residual + scale · act(x Wᵀ + b). TensorFlow's `_FusedMatMul` would take bias and activation along, but wants a list of
 * strings, which tfjs-node's addon cannot hand over.
 */
export const linear: Kernel<typeof linearOp> = {
  run: (backend, { x, weight, bias, scale, residual }, attrs) =>
    chained(backend, (chain) => {
      const [out, inputs] = weight.shape;
      const rows = chain.reshape(chain.of(x), [x.shape.slice(0, -1).reduce((a, b) => a * b, 1), inputs]);
      let y = product(chain, rows, weightIn(chain, weight), { transposed: true });
      if (bias) y = chain.run("AddV2", [y, chain.of(bias)]);
      y = activated(chain, y, attrs.activation);
      if (scale) y = chain.run("Mul", [y, chain.of(scale)]);
      y = chain.reshape(y, [...x.shape.slice(0, -1), out]);
      return residual ? chain.run("AddV2", [chain.of(residual), y]) : y;
    }),
};
