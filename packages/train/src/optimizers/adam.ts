import { type Param, adamUpdate } from "@tessera/core";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { type Rule, RuledOptimizer } from "./ruled-optimizer.ts";

export interface AdamOptions extends OptimizerOptions {
  /** @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** @default 1e-8 */
  epsilon?: number;
}

/** Adam as torch.optim.Adam (Kingma and Ba 2015): weight decay joins the gradient. Keeps `exp_avg` and `exp_avg_sq`. */
export function adam(params: ReadonlyMap<string, Param>, options: AdamOptions = {}): Optimizer {
  const rule = adamRule(options, false);
  return new RuledOptimizer("adam", params, options, () => rule);
}

/**
 * AdamW as torch.optim.AdamW (Loshchilov and Hutter 2019): weight decay shrinks the weights by themselves. Which parameters
 * decay is `paramGroups`'s to say. Keeps `exp_avg` and `exp_avg_sq`.
 */
export function adamW(params: ReadonlyMap<string, Param>, options: AdamOptions = {}): Optimizer {
  const rule = adamRule(options, true);
  return new RuledOptimizer("adamW", params, options, () => rule);
}

export function adamRule(
  { betas = [0.9, 0.999], epsilon = 1e-8 }: Pick<AdamOptions, "betas" | "epsilon">,
  decoupled: boolean,
): Rule {
  return {
    keeps: ["exp_avg", "exp_avg_sq"],
    update: (weight, gradient, [mean, variance], { rate, weightDecay, scale, step }) =>
      adamUpdate(weight, gradient, mean!, variance!, { rate, step, scale, betas, epsilon, weightDecay, decoupled }),
  };
}
