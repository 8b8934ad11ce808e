import {
  type Tensor,
  type Tensor1D,
  add,
  mean,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  zeros,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { type Activation, activate, activationGrad } from "./activation.ts";
import { differentiable, runOp, unrecorded } from "./dispatch.ts";
import type { None, Op } from "./op.ts";

/** Of each channel, over everything else. */
export const batchStatisticsOp: Op<{ x: Tensor }, None, [mean: Tensor1D, variance: Tensor1D]> = {
  name: "TesseraBatchStatistics",
  inputs: { x: "required" },
  gradients: [],
};

type Vectors = { mean: Tensor1D; variance: Tensor1D; gamma: Tensor1D; beta: Tensor1D };

/** Gives [dx, dγ, dβ]. `ofBatch`: the statistics are those of x. */
export const batchNormGradOp: Op<
  { dy: Tensor; x: Tensor } & Vectors,
  { epsilon: number; activation: Activation; ofBatch: boolean },
  [dx: Tensor, dgamma: Tensor, dbeta: Tensor]
> = {
  name: "TesseraBatchNormGrad",
  inputs: {
    dy: "required",
    x: "required",
    mean: "required",
    variance: "required",
    gamma: "required",
    beta: "required",
  },
  gradients: [],
};

export const batchNormOp: Op<{ x: Tensor } & Vectors, { epsilon: number; activation: Activation }, Tensor> = {
  name: "TesseraBatchNorm",
  inputs: { x: "required", mean: "required", variance: "required", gamma: "required", beta: "required" },
  gradients: [batchNormGradOp],
};

/** Per channel, over everything else. */
export interface Statistics {
  mean: Tensor1D;
  /** Biased: divided by the number of values. */
  variance: Tensor1D;
}

export interface BatchNormOptions extends Statistics {
  /** [c], by which normal values are multiplied. */
  gamma: Tensor1D;
  /** [c], which is added then. */
  beta: Tensor1D;
  /** Added to the variance. */
  epsilon: number;
  /** @default "none" */
  activation?: Activation;
  /**
   * The statistics are those of x itself, and the gradient knows; otherwise they are constants.
   * @default false
   */
  ofBatch?: boolean;
}

/** Mean and biased variance of each channel: x [..., c]; 0 where there is nothing. No gradient goes through them. Op `batchStatisticsOp`. */
export function batchStatistics(x: Tensor): Statistics {
  const [means, variance] = unrecorded(() =>
    runOp(batchStatisticsOp, { x }, {}, () => {
      const values = rows(x);
      if (values.shape[0] === 0) return [zeros([values.shape[1]!]), zeros([values.shape[1]!])] as [Tensor1D, Tensor1D];
      const average = mean(values, 0);
      return [average, mean(square(sub(values, average)), 0)] as [Tensor1D, Tensor1D];
    }),
  );
  return { mean: means, variance };
}

/**
 * act((x − μ) / √(σ² + ε) · γ + β), channel by channel: Ioffe and Szegedy 2015. [..., c] -> [..., c]. Differentiable in x, γ
 * and β. Op `batchNormOp`, gradient `batchNormGradOp`.
 *
 * @throws {ShapeError} if a vector is not [c].
 */
export function batchNorm<T extends Tensor>(x: T, options: BatchNormOptions): T {
  const { gamma, beta, epsilon, activation = "none", ofBatch = false } = options;
  const vectors = { mean: options.mean, variance: options.variance, gamma, beta };
  const c = x.shape[x.rank - 1];
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector.rank !== 1 || vector.shape[0] !== c)
      throw new ShapeError(`batchNorm: expected ${name} [${c}], got [${vector.shape.join(", ")}]`);
  }
  return differentiable(
    { x, gamma, beta },
    () =>
      runOp(batchNormOp, { x, ...vectors }, { epsilon, activation }, () =>
        activate(reshape(add(mul(normalized(x, vectors, epsilon), gamma), beta), x.shape), activation),
      ) as T,
    [x, vectors.mean, vectors.variance, gamma, beta],
    (dy, [z, ...saved]) => {
      const [means, variance, scale, shift] = saved as [Tensor1D, Tensor1D, Tensor1D, Tensor1D];
      const given = { mean: means, variance, gamma: scale, beta: shift, epsilon, activation, ofBatch };
      const [dx, dgamma, dbeta] = batchNormGrad(dy, z!, given);
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
    },
  );
}

/** Gradients [dx, dγ, dβ] of batch norm. The values before the activation are computed again, which costs less than keeping them. */
export function batchNormGrad(
  dy: Tensor,
  x: Tensor,
  options: BatchNormOptions,
): [dx: Tensor, dgamma: Tensor, dbeta: Tensor] {
  const { gamma, beta, epsilon, activation = "none", ofBatch = false } = options;
  const vectors = { mean: options.mean, variance: options.variance, gamma, beta };
  return runOp(batchNormGradOp, { dy, x, ...vectors }, { epsilon, activation, ofBatch }, () => {
    const normal = normalized(x, vectors, epsilon);
    const inner =
      activation === "none" ? rows(dy) : activationGrad(rows(dy), add(mul(normal, gamma), beta), activation);
    const [dgamma, dbeta] = [sum(mul(inner, normal), 0), sum(inner, 0)];
    const count = normal.shape[0]!;
    const centred = ofBatch ? sub(inner, mul(add(dbeta, mul(normal, dgamma)), 1 / count)) : inner;
    const slope = mul(gamma, rsqrt(add(vectors.variance, epsilon)));
    return [reshape(mul(centred, slope), x.shape), dgamma, dbeta];
  });
}

/** (x − μ) / √(σ² + ε) as rows [n, c]. */
function normalized(x: Tensor, { mean: means, variance }: Statistics, epsilon: number): Tensor {
  return mul(sub(rows(x), means), rsqrt(add(variance, epsilon)));
}

/** [..., c] -> [n, c] */
function rows(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape[x.rank - 1]!]);
}
