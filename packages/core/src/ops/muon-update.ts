import {
  type Tensor,
  type Tensor2D,
  type Variable,
  add,
  div,
  matMul,
  maximum,
  mul,
  norm,
  reshape,
  sub,
  transpose,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { update } from "./update.ts";

export interface MuonStep {
  /** Of a step whose singular values are about 1. */
  rate: number;
  /** Multiplies the gradient before all else: clipping, accumulation. @default 1 */
  scale?: number;
  /** Share of the momentum that stays. @default 0.95 */
  momentum?: number;
  /** Goes along the momentum that the next step would have. @default true */
  nesterov?: boolean;
  /** Multiplies the weight first: what is left after its decay. @default 1 */
  shrink?: number;
}

/** Newton and Schulz's iteration x ← a x + (b s + c s²) x, s = x xᵀ, so often. Singular values end between about 0.7 and 1.2. */
const newtonSchulz = { a: 3.4445, b: -4.775, c: 2.0315, steps: 5, epsilon: 1e-7 } as const;

/** A kernel may write over the memory of what it renews, where nobody else holds it. */
export const muonUpdateOp: Op<
  { weight: Tensor; gradient: Tensor; momentum: Tensor },
  Required<MuonStep>,
  [weight: Tensor, momentum: Tensor]
> = {
  name: "TesseraMuonUpdate",
  inputs: { weight: "required", gradient: "required", momentum: "required" },
  gradients: [],
};

/**
 * A step of Muon (Jordan et al. 2024) as torch.optim.Muon: along the average of gradients, made orthogonal. A weight of more than
 * two axes is a matrix of its first and all others. PyTorch does this in bfloat16; here it is float32. All of one shape.
 * Op `muonUpdateOp`.
 *
 * @throws {ShapeError} for a vector, or if the shapes differ.
 */
export function muonUpdate(weight: Variable, gradient: Tensor, momentum: Variable, step: MuonStep): void {
  const { rate, scale = 1, momentum: keep = 0.95, nesterov = true, shrink = 1 } = step;
  if (weight.rank < 2)
    throw new ShapeError(`muonUpdate: expected a matrix, got a weight of shape [${weight.shape.join(", ")}]`);
  const attrs = { rate, scale, momentum: keep, nesterov, shrink };
  update("muonUpdate", gradient, [weight, momentum], () =>
    runOp(muonUpdateOp, { weight, gradient, momentum }, attrs, () => {
      const g = mul(gradient, scale);
      const next = add(mul(momentum, keep), mul(g, 1 - keep));
      const along = nesterov ? add(mul(g, 1 - keep), mul(next, keep)) : next;
      const [rows, ...rest] = weight.shape as [number, ...number[]];
      const turned = reshape(orthogonalized(reshape(along, [rows, sizeOf(rest)])), weight.shape);
      return [sub(mul(weight, shrink), mul(turned, rate)), next];
    }),
  );
}

/** The matrix with the same singular vectors and singular values of about 1: [rows, columns] -> [rows, columns] */
export function orthogonalized(matrix: Tensor2D): Tensor2D {
  const { a, b, c, steps, epsilon } = newtonSchulz;
  const tall = matrix.shape[0] > matrix.shape[1];
  const wide = tall ? transpose(matrix) : matrix;
  let x: Tensor2D = div(wide, maximum(norm(wide), epsilon));
  for (let step = 0; step < steps; step++) {
    const s = matMul(x, x, false, true);
    x = add(mul(x, a), matMul(add(mul(s, b), mul(matMul(s, s), c)), x));
  }
  return tall ? transpose(x) : x;
}
