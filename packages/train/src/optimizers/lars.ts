import { type Tensor, add, div, logicalAnd, mul, norm, notEqual, tidy, where } from "@tensorflow/tfjs-core";
import { type Param, sgdUpdate } from "@tessera/core";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { RuledOptimizer } from "./ruled-optimizer.ts";

export interface LarsOptions extends OptimizerOptions {
  /** @default 0.9 */
  momentum?: number;
  /** Length of a step, as a share of the weight's, at a rate of 1. @default 0.001 */
  trust?: number;
  /**
   * "timm": what has weight decay is adapted, by ‖gradient‖ + decay · ‖weight‖ + 1e-8. "mae", as MAE's linear probe: matrices decay
   * and are adapted, by ‖gradient + decay · weight‖. @default "timm"
   */
  form?: "timm" | "mae";
}

/** LARS (You et al. 2017): gradients are made as long as a share of their weights. Keeps `momentum_buffer`. */
export function lars(params: ReadonlyMap<string, Param>, options: LarsOptions = {}): Optimizer {
  const { momentum = 0.9, trust = 1e-3, form = "timm" } = options;
  return new RuledOptimizer("lars", params, options, (_, { shape }) => ({
    keeps: ["momentum_buffer"],
    update: (weight, gradient, [velocity], { rate, weightDecay, scale }) =>
      tidy(() => {
        const adapted = form === "timm" ? weightDecay !== 0 : shape.length > 1;
        const g = mul(gradient, scale);
        const decay = mul(weight, weightDecay);
        const along = add(g, decay);
        const length = form === "timm" ? add(add(norm(g), norm(decay)), 1e-8) : norm(along);
        sgdUpdate(weight, adapted ? mul(along, ratio(weight, g, length)) : g, velocity, { rate, momentum });
      }),
  }));

  /** trust · ‖weight‖ / length, or 1 where the weight or its gradient is 0. */
  function ratio(weight: Tensor, g: Tensor, length: Tensor): Tensor {
    const long = norm(weight);
    return where(logicalAnd(notEqual(long, 0), notEqual(norm(g), 0)), div(mul(long, trust), length), 1);
  }
}
