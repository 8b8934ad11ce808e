import { type Tensor, type Tensor1D, add, mean, mul, reshape, rsqrt, square, sub, sum } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

/** Gives [dx, dγ, dβ]. */
export const layerNormGradOp: Op<
  { dy: Tensor; x: Tensor; gamma: Tensor1D },
  { epsilon: number },
  [dx: Tensor, dgamma: Tensor, dbeta: Tensor]
> = {
  name: "TesseraLayerNormGrad",
  inputs: { dy: "required", x: "required", gamma: "required" },
  gradients: [],
};

export const layerNormOp: Op<{ x: Tensor; gamma: Tensor1D; beta: Tensor1D }, { epsilon: number }, Tensor> = {
  name: "TesseraLayerNorm",
  inputs: { x: "required", gamma: "required", beta: "required" },
  gradients: [layerNormGradOp],
};

/**
 * (x − μ) / √(σ² + ε) · γ + β over the last axis, with the biased variance: Ba et al. 2016. [..., d] -> [..., d]
 * Op `layerNormOp`, gradient `layerNormGradOp`.
 *
 * @throws {ShapeError} if γ or β is not [d].
 */
export function layerNorm<T extends Tensor>(x: T, gamma: Tensor1D, beta: Tensor1D, epsilon: number): T {
  const d = x.shape[x.rank - 1];
  for (const [name, vector] of Object.entries({ gamma, beta })) {
    if (vector.rank !== 1 || vector.shape[0] !== d)
      throw new ShapeError(`layerNorm: expected ${name} [${d}], got [${vector.shape.join(", ")}]`);
  }
  return differentiable(
    { x, gamma, beta },
    () =>
      runOp(layerNormOp, { x, gamma, beta }, { epsilon }, () => {
        const { normal } = normalize(rows(x), epsilon);
        return reshape(add(mul(normal, gamma), beta), x.shape);
      }) as T,
    [x, gamma],
    (dy, [savedX, savedGamma]) => {
      const [dx, dgamma, dbeta] = layerNormGrad(dy, savedX!, savedGamma as Tensor1D, epsilon);
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
    },
  );
}

/** Gradients [dx, dγ, dβ] of layer norm; the statistics are computed again, which costs less than keeping them. */
export function layerNormGrad(
  dy: Tensor,
  x: Tensor,
  gamma: Tensor1D,
  epsilon: number,
): [dx: Tensor, dgamma: Tensor, dbeta: Tensor] {
  return runOp(layerNormGradOp, { dy, x, gamma }, { epsilon }, () => {
    const [dyRows, { normal, inverse }] = [rows(dy), normalize(rows(x), epsilon)];
    const dnormal = mul(dyRows, gamma);
    const along = mean(mul(dnormal, normal), -1, true);
    const dx = mul(sub(sub(dnormal, mean(dnormal, -1, true)), mul(normal, along)), inverse);
    return [reshape(dx, x.shape), sum(mul(dyRows, normal), 0), sum(dyRows, 0)];
  });
}

/** Rows [n, d], and 1 / √(σ² + ε) of each. */
function normalize(x: Tensor, epsilon: number): { normal: Tensor; inverse: Tensor } {
  const centred = sub(x, mean(x, -1, true));
  const inverse = rsqrt(add(mean(square(centred), -1, true), epsilon));
  return { normal: mul(centred, inverse), inverse };
}

/** [..., d] -> [n, d] */
function rows(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape[x.rank - 1]!]);
}
