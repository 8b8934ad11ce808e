import { type Tensor, type Variable, add, div, mul, sqrt, square, sub } from "@tensorflow/tfjs-core";
import { runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { update } from "./update.ts";

export interface AdamStep {
  rate: number;
  /** Which step of this weight it is, from 1. */
  step: number;
  /** Multiplies the gradient before all else: clipping, accumulation. @default 1 */
  scale?: number;
  /** Shares of the moments that stay. @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** @default 1e-8 */
  epsilon?: number;
  /** @default 0 */
  weightDecay?: number;
  /** Decay shrinks the weight by itself (AdamW, Loshchilov and Hutter 2019) instead of joining the gradient. @default false */
  decoupled?: boolean;
}

/** The numbers of one step: what a kernel gets as attributes. */
export interface AdamFactors {
  rate: number;
  scale: number;
  /** Share of the weight that joins the gradient, or LAMB's direction. */
  joining: number;
  /** Multiplies the weight. */
  shrink: number;
  beta1: number;
  beta2: number;
  /** Multiplies the mean, which began at 0. */
  first: number;
  /** Multiplies the root of the variance, which began at 0. */
  root: number;
  epsilon: number;
}

/** What a step of Adam or LAMB renews, and the gradient. All of one shape. */
export interface AdamTensors {
  weight: Tensor;
  gradient: Tensor;
  mean: Tensor;
  variance: Tensor;
}

type Renewed = [weight: Tensor, mean: Tensor, variance: Tensor];

/** A kernel may write over the memory of what it renews, where nobody else holds it. */
export const adamUpdateOp: Op<AdamTensors, AdamFactors, Renewed> = {
  name: "TesseraAdamUpdate",
  inputs: { weight: "required", gradient: "required", mean: "required", variance: "required" },
  gradients: [],
};

/**
 * A step of Adam (Kingma and Ba 2015), as torch.optim.Adam and AdamW. `mean` and `variance` are the averages of the gradient and
 * of its square, zeros before the first step. All of one shape.
 * Op `adamUpdateOp`.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function adamUpdate(
  weight: Variable,
  gradient: Tensor,
  mean: Variable,
  variance: Variable,
  step: AdamStep,
): void {
  const factors = adamFactors(step);
  const { rate, scale, joining, shrink } = factors;
  update("adamUpdate", gradient, [weight, mean, variance], () =>
    runOp(adamUpdateOp, { weight, gradient, mean, variance }, factors, () => {
      const moments = nextMoments(add(mul(gradient, scale), mul(weight, joining)), mean, variance, factors);
      return [sub(mul(weight, shrink), mul(direction(moments, factors), rate)), ...moments];
    }),
  );
}

export function adamFactors(options: AdamStep): AdamFactors {
  const { rate, step, scale = 1, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0, decoupled = false } = options;
  const [beta1, beta2] = betas;
  return {
    rate,
    scale,
    joining: decoupled ? 0 : weightDecay,
    shrink: decoupled ? 1 - rate * weightDecay : 1,
    beta1,
    beta2,
    first: 1 / (1 - beta1 ** step),
    root: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
  };
}

type Moments = [mean: Tensor, variance: Tensor];

/** The averages after another gradient. */
export function nextMoments(g: Tensor, mean: Tensor, variance: Tensor, { beta1, beta2 }: AdamFactors): Moments {
  return [add(mul(mean, beta1), mul(g, 1 - beta1)), add(mul(variance, beta2), mul(square(g), 1 - beta2))];
}

/** Where moments lead. */
export function direction([mean, variance]: Moments, { first, root, epsilon }: AdamFactors): Tensor {
  return div(mul(mean, first), add(mul(sqrt(variance), root), epsilon));
}
