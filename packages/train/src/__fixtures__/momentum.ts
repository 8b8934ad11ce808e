import type { Param } from "@tessera/core";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { sgd } from "../optimizers/sgd.ts";

/** Stochastic gradient descent with a momentum of 0.9: state enough to be lost by a checkpoint that forgets it. */
export function momentum(params: ReadonlyMap<string, Param>): Optimizer {
  return sgd(params, { momentum: 0.9 });
}
