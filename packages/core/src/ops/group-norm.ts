import { type Tensor, type Tensor1D, type Tensor4D, add, mean, mul, reshape, rsqrt, square, sub, sum } from "@tensorflow/tfjs-core"; // prettier-ignore
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { type Activation, activate, activationGrad } from "./activation.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

interface Attributes {
  groups: number;
  epsilon: number;
  activation: Activation;
}

/** Gives [dx, dγ, dβ]. */
export const groupNormGradOp: Op<
  { dy: Tensor4D; x: Tensor4D; gamma: Tensor1D; beta: Tensor1D },
  Attributes,
  [dx: Tensor, dgamma: Tensor, dbeta: Tensor]
> = {
  name: "TesseraGroupNormGrad",
  inputs: { dy: "required", x: "required", gamma: "required", beta: "required" },
  gradients: [],
};

export const groupNormOp: Op<{ x: Tensor4D; gamma: Tensor1D; beta: Tensor1D }, Attributes, Tensor4D> = {
  name: "TesseraGroupNorm",
  inputs: { x: "required", gamma: "required", beta: "required" },
  gradients: [groupNormGradOp],
};

export interface GroupNormOptions {
  /** They share the channels evenly. */
  groups: number;
  /** [c] */
  gamma: Tensor1D;
  /** [c] */
  beta: Tensor1D;
  /** Added to the variance. */
  epsilon: number;
  /** @default "none" */
  activation?: Activation;
}

/**
 * act((x − μ) / √(σ² + ε) · γ + β) with the mean and biased variance of each picture and group of neighbouring channels: Wu and
 * He 2018. [b, h, w, c] -> [b, h, w, c]. Differentiable in x, γ and β. Op `groupNormOp`, gradient `groupNormGradOp`.
 *
 * @throws {ShapeError} if the channels do not make whole groups, or a vector is not [c].
 */
export function groupNorm(x: Tensor4D, options: GroupNormOptions): Tensor4D {
  const { groups, gamma, beta, epsilon, activation = "none" } = options;
  const [, , , c] = sizes(x, ["b", "h", "w", "c"], "groupNorm") as [number, number, number, number];
  if (c % groups !== 0) throw new ShapeError(`groupNorm: expected channels in ${groups} equal groups, got ${c}`);
  for (const [name, vector] of Object.entries({ gamma, beta })) {
    if (vector.rank !== 1 || vector.shape[0] !== c)
      throw new ShapeError(`groupNorm: expected ${name} [${c}], got [${vector.shape.join(", ")}]`);
  }
  const attributes = { groups, epsilon, activation };
  return differentiable(
    { x, gamma, beta },
    () =>
      runOp(groupNormOp, { x, gamma, beta }, attributes, () => {
        const { normal } = normalize(x, attributes);
        return activate(reshape(add(mul(asPixels(normal, c), gamma), beta), x.shape), activation);
      }),
    [x, gamma, beta],
    (dy, [savedX, scale, shift]) => {
      const [dx, dgamma, dbeta] = groupNormGrad(dy as Tensor4D, savedX as Tensor4D, {
        ...attributes,
        gamma: scale as Tensor1D,
        beta: shift as Tensor1D,
      });
      return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
    },
  );
}

/** Gradients [dx, dγ, dβ] of group norm; statistics and sums are computed again, which costs less than keeping them. */
export function groupNormGrad(
  dy: Tensor4D,
  x: Tensor4D,
  { groups, gamma, beta, epsilon, activation = "none" }: GroupNormOptions,
): [dx: Tensor, dgamma: Tensor, dbeta: Tensor] {
  const attributes = { groups, epsilon, activation };
  return runOp(groupNormGradOp, { dy, x, gamma, beta }, attributes, () => {
    const c = x.shape[3];
    const { normal, inverse } = normalize(x, attributes);
    const pixels = asPixels(normal, c);
    const dsums = asPixels(dy, c);
    const inner = activation === "none" ? dsums : activationGrad(dsums, add(mul(pixels, gamma), beta), activation);
    const dnormal = reshape(mul(inner, gamma), normal.shape);
    const along = mean(mul(dnormal, normal), [1, 3], true);
    const dx = mul(sub(sub(dnormal, mean(dnormal, [1, 3], true)), mul(normal, along)), inverse);
    return [reshape(dx, x.shape), sum(mul(inner, pixels), 0), sum(inner, 0)];
  });
}

/** Values [b, h·w, groups, c / groups], normalised, and 1 / √(σ² + ε) of each picture's groups. */
function normalize(x: Tensor4D, { groups, epsilon }: Pick<Attributes, "groups" | "epsilon">) {
  const [b, h, w, c] = x.shape;
  const grouped = reshape(x, [b, h * w, groups, c / groups]);
  const centred = sub(grouped, mean(grouped, [1, 3], true));
  const inverse = rsqrt(add(mean(square(centred), [1, 3], true), epsilon));
  return { normal: mul(centred, inverse), inverse };
}

function asPixels(values: Tensor, c: number): Tensor {
  return reshape(values, [-1, c]);
}
