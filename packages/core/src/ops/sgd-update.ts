import { type Tensor, type Variable, add, mul, sub } from "@tensorflow/tfjs-core";
import { runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { update } from "./update.ts";

export interface SgdStep {
  rate: number;
  /** Multiplies the gradient before all else: clipping, accumulation. @default 1 */
  scale?: number;
  /** Times the weight, joins the gradient. @default 0 */
  weightDecay?: number;
  /** Share of the velocity that stays. @default 0 */
  momentum?: number;
  /** Share of the gradient that does not join the velocity. @default 0 */
  dampening?: number;
  /** Goes along the velocity that the next step would have. @default false */
  nesterov?: boolean;
}

/** Gives the new weight, and velocity where there is one. A kernel may write over their memory, where nobody else holds it. */
export const sgdUpdateOp: Op<{ weight: Tensor; gradient: Tensor; velocity?: Tensor }, Required<SgdStep>, Tensor[]> = {
  name: "TesseraSgdUpdate",
  inputs: { weight: "required", gradient: "required", velocity: "optional" },
  gradients: [],
};

/**
 * A step of gradient descent, as torch.optim.SGD: velocity = momentum · velocity + (1 − dampening) · g, weight −= rate · velocity,
 * g being scale · gradient + weightDecay · weight. Without a velocity, weight −= rate · g. All of one shape.
 * Op `sgdUpdateOp`.
 *
 * @throws {ShapeError} if the shapes differ.
 */
export function sgdUpdate(weight: Variable, gradient: Tensor, velocity: Variable | undefined, step: SgdStep): void {
  const { rate, scale = 1, weightDecay = 0, momentum = 0, dampening = 0, nesterov = false } = step;
  const attrs = { rate, scale, weightDecay, momentum, dampening, nesterov };
  const inputs = { weight, gradient, ...(velocity && { velocity }) };
  update("sgdUpdate", gradient, velocity ? [weight, velocity] : [weight], () =>
    runOp(sgdUpdateOp, inputs, attrs, () => {
      const g = add(mul(gradient, scale), mul(weight, weightDecay));
      if (!velocity) return [sub(weight, mul(g, rate))];
      const next = add(mul(velocity, momentum), mul(g, 1 - dampening));
      const along = nesterov ? add(g, mul(next, momentum)) : next;
      return [sub(weight, mul(along, rate)), next];
    }),
  );
}
