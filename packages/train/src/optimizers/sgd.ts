import { type Param, TesseraError, sgdUpdate } from "@tessera/core";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { RuledOptimizer } from "./ruled-optimizer.ts";

export interface SgdOptions extends OptimizerOptions {
  /** @default 0 */
  momentum?: number;
  /** @default 0 */
  dampening?: number;
  /** @default false */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent as torch.optim.SGD: weight decay joins the gradient, and the first gradient becomes the velocity
 * undampened. Keeps `momentum_buffer`, and without momentum nothing.
 *
 * @throws {TesseraError} for Nesterov's form without momentum or with dampening.
 */
export function sgd(params: ReadonlyMap<string, Param>, options: SgdOptions = {}): Optimizer {
  const { momentum = 0, dampening = 0, nesterov = false } = options;
  if (nesterov && (momentum <= 0 || dampening !== 0))
    throw new TesseraError(
      `sgd: expected momentum without dampening for nesterov, got momentum ${momentum}, dampening ${dampening}`,
    );
  return new RuledOptimizer("sgd", params, options, () => ({
    keeps: momentum === 0 ? [] : ["momentum_buffer"],
    update: (weight, gradient, [velocity], { rate, weightDecay, scale, first }) =>
      sgdUpdate(weight, gradient, velocity, {
        rate,
        scale,
        weightDecay,
        momentum,
        dampening: first ? 0 : dampening,
        nesterov,
      }),
  }));
}
