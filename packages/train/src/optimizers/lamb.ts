import { type Param, lambUpdate } from "@tessera/core";
import type { AdamOptions } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { RuledOptimizer } from "./ruled-optimizer.ts";

export interface LambOptions extends AdamOptions {
  /** @default 1e-6 */
  epsilon?: number;
  /** Steps are as long as the weights also where nothing decays. @default false */
  alwaysAdapt?: boolean;
  /** Steps are never longer than Adam's. @default false */
  trustClip?: boolean;
  /** Weight decay shrinks the weights by themselves. @default false */
  decoupled?: boolean;
}

/**
 * LAMB as timm's (You et al. 2020). timm's also clips the norm of all gradients to 1 within the step; here that is clipping as
 * with any other optimiser. Keeps `exp_avg` and `exp_avg_sq`.
 */
export function lamb(params: ReadonlyMap<string, Param>, options: LambOptions = {}): Optimizer {
  const { betas = [0.9, 0.999], epsilon = 1e-6, alwaysAdapt = false, trustClip = false, decoupled = false } = options;
  return new RuledOptimizer("lamb", params, options, () => ({
    keeps: ["exp_avg", "exp_avg_sq"],
    update: (weight, gradient, [mean, variance], { rate, weightDecay, scale, step }) =>
      lambUpdate(weight, gradient, mean!, variance!, {
        rate,
        step,
        scale,
        betas,
        epsilon,
        weightDecay,
        decoupled,
        trustClip,
        adapt: alwaysAdapt || weightDecay !== 0,
      }),
  }));
}
