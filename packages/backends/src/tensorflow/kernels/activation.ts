import type { Activation, activationOp } from "@tessera/core";
import { type Chain, chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import type { Handle } from "../library.ts";

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** f(x) for each value, in as few ops as TensorFlow's own allow: it has no GELU that can be called alone. */
export function activated(chain: Chain, x: Handle, activation: Activation): Handle {
  const times = (a: Handle, b: Handle) => chain.run("Mul", [a, b]);
  const gated = (gate: Handle) => times(x, chain.run("Sigmoid", [gate]));
  switch (activation) {
    case "none":
      return x;
    case "gelu": {
      // Erf and not Erfc, which would spare one op: in TensorFlow 2.9, which tfjs-node brings, that is a loop without SIMD.
      const erf = chain.run("Erf", [times(x, chain.scalar(Math.SQRT1_2))]);
      return times(times(x, chain.scalar(0.5)), chain.run("AddV2", [erf, chain.scalar(1)]));
    }
    case "gelu_tanh": {
      // (1 + tanh(u)) / 2 is sigmoid(2u).
      const slope = times(chain.run("Square", [x]), chain.scalar(2 * SQRT_2_OVER_PI * 0.044715));
      return gated(times(x, chain.run("AddV2", [slope, chain.scalar(2 * SQRT_2_OVER_PI)])));
    }
    case "quick_gelu":
      return gated(times(x, chain.scalar(1.702)));
    case "relu":
      return chain.run("Relu", [x]);
    case "silu":
      return gated(x);
    default:
      throw activation satisfies never;
  }
}

export const activation: Kernel<typeof activationOp> = {
  run: (backend, { x }, attrs) => chained(backend, (chain) => activated(chain, chain.of(x), attrs.activation)),
};
