import {
  type Tensor,
  type Variable,
  add,
  div,
  logicalAnd,
  minimum,
  mul,
  norm,
  notEqual,
  sub,
  where,
} from "@tensorflow/tfjs-core";
import {
  type AdamFactors,
  type AdamStep,
  type AdamTensors,
  adamFactors,
  direction,
  nextMoments,
} from "./adam-update.ts";
import { runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { update } from "./update.ts";

export interface LambStep extends AdamStep {
  /** A step is as long as the weight, times the rate, and not as Adam's is. @default true where there is weight decay, as in timm */
  adapt?: boolean;
  /** A step is never longer than Adam's. @default false */
  trustClip?: boolean;
}

/** A kernel may write over the memory of what it renews, where nobody else holds it. */
export const lambUpdateOp: Op<
  AdamTensors,
  AdamFactors & { adapt: boolean; trustClip: boolean },
  [weight: Tensor, mean: Tensor, variance: Tensor]
> = {
  name: "TesseraLambUpdate",
  inputs: { weight: "required", gradient: "required", mean: "required", variance: "required" },
  gradients: [],
};

/**
 * A step of LAMB (You et al. 2020), as timm's: Adam's direction with weight decay, made as long as the weight. What timm's
 * optimiser clips the gradients' norm by is `scale` here. `epsilon` is 1e-6 by default. All of one shape.
 * Op `lambUpdateOp`.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function lambUpdate(
  weight: Variable,
  gradient: Tensor,
  mean: Variable,
  variance: Variable,
  step: LambStep,
): void {
  const factors = adamFactors({ epsilon: 1e-6, ...step });
  const { rate, scale, joining, shrink } = factors;
  const { adapt = (step.weightDecay ?? 0) !== 0, trustClip = false } = step;
  update("lambUpdate", gradient, [weight, mean, variance], () =>
    runOp(lambUpdateOp, { weight, gradient, mean, variance }, { ...factors, adapt, trustClip }, () => {
      const moments = nextMoments(mul(gradient, scale), mean, variance, factors);
      const shrunk = mul(weight, shrink);
      const along = add(direction(moments, factors), mul(weight, joining));
      const length = adapt ? mul(trust(shrunk, along, trustClip), rate) : rate;
      return [sub(shrunk, mul(along, length)), ...moments];
    }),
  );
}

/** ‖weight‖ / ‖along‖, or 1 where either is 0. */
function trust(weight: Tensor, along: Tensor, clip: boolean): Tensor {
  const [long, wide] = [norm(weight), norm(along)];
  const ratio = where(logicalAnd(notEqual(long, 0), notEqual(wide, 0)), div(long, wide), 1);
  return clip ? minimum(ratio, 1) : ratio;
}
