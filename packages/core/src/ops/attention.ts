import {
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  add,
  cast,
  expandDims,
  matMul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  tidy,
  transpose,
  where,
  zeros,
} from "@tensorflow/tfjs-core";
import type { Context } from "../context.ts";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { differentiable, recording, runOp } from "./dispatch.ts";
import type { Op, OutputOf } from "./op.ts";

/** The attributes of every form of attention. */
export interface AttentionAttrs {
  heads: number;
  /** Factor on q·k. */
  scale: number;
}

/** [h or 1, n, m], and [b or 1, n or 1, m] of any type, 0 where a query may not look. */
export interface BiasAndMask {
  bias?: Tensor3D;
  mask?: Tensor3D;
}

/** The gradient of `attentionOp`; it gives dbias where there is a bias. */
export const attentionGradOp: Op<
  { dy: Tensor3D; q: Tensor3D; k: Tensor3D; v: Tensor3D } & BiasAndMask,
  AttentionAttrs,
  [dq: Tensor3D, dk: Tensor3D, dv: Tensor3D, ...dbias: Tensor3D[]]
> = {
  name: "TesseraAttentionGrad",
  inputs: { dy: "required", q: "required", k: "required", v: "required", bias: "optional", mask: "optional" },
  gradients: [],
};

export const attentionOp: Op<{ q: Tensor3D; k: Tensor3D; v: Tensor3D } & BiasAndMask, AttentionAttrs, Tensor3D> = {
  name: "TesseraAttention",
  inputs: { q: "required", k: "required", v: "required", bias: "optional", mask: "optional" },
  gradients: [attentionGradOp],
};

/**
 * What a score becomes where the mask is 0, on every backend: far below any real one, so that exp underflows to 0 beside them
 * and a query that may look nowhere looks everywhere alike; above −1e20, from where tfjs's WebGL backend starts a maximum.
 */
export const MASKED_SCORE = -1e9;

export interface AttentionOptions {
  /** They share the width evenly. */
  heads: number;
  /** Factor on q·k. @default (head width)^−½ */
  scale?: number | undefined;
  /** Added to the scaled products: relative positions. [h or 1, n, m] */
  bias?: Tensor3D | undefined;
  /** True or 1 where a query may look. [b or 1, n or 1, m]; a row of zeros attends to all alike. */
  mask?: Tensor3D | undefined;
}

/**
 * softmax(q kᵀ · scale + bias) v per head, heads concatenated in order: Vaswani et al. 2017.
 * q [b, n, h·d], k and v [b, m, h·d] -> [b, n, h·d]. Differentiable in q, k, v and bias.
 * Op `attentionOp`, gradient `attentionGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, options: AttentionOptions): Tensor3D {
  const attrs = resolve(q, k, v, options);
  const { bias, mask } = options;
  const others = { ...(bias && { bias }), ...(mask && { mask }) };
  return differentiable(
    { q, k, v, ...(bias && { bias }) },
    () => runOp(attentionOp, { q, k, v, ...others }, attrs, () => composeAttention(q, k, v, { ...attrs, bias, mask })),
    [q, k, v, ...Object.values(others)],
    (dy, [savedQ, savedK, savedV, ...rest]) => {
      const extra = { bias: bias && (rest[0] as Tensor3D), mask: mask && (rest[bias ? 1 : 0] as Tensor3D) };
      const [dq, dk, dv, dbias] = attentionGrad(
        dy as Tensor3D,
        savedQ as Tensor3D,
        savedK as Tensor3D,
        savedV as Tensor3D,
        { ...attrs, ...extra },
      );
      return { q: () => dq, k: () => dk, v: () => dv, ...(bias && { bias: () => dbias! }) };
    },
  );
}

/** Softmax weights. q [b, n, h·d], k [b, m, h·d] -> [b, h, n, m]. Not recorded for gradients as one op; for taps and pictures. */
export function attentionWeights(q: Tensor3D, k: Tensor3D, options: AttentionOptions): Tensor4D {
  const { heads, scale } = resolve(q, k, k, options);
  return tidy(() => {
    let scores: Tensor4D = mul(matMul(splitHeads(q, heads), splitHeads(k, heads), false, true), scale); // [b, h, n, m]
    if (options.bias) scores = add(scores, expandDims(options.bias, 0));
    if (options.mask) scores = where(cast(expandDims(options.mask, 1), "bool"), scores, MASKED_SCORE);
    return softmax(scores, -1);
  });
}

/**
 * `attention` that offers its weights [b, h, n, m] to captures, as `weights`. Where gradients are recorded too, what is offered is what
 * the values are mixed by, so that the gradient of a model's answer by it can be had.
 */
export function observedAttention(
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  options: AttentionOptions,
  { capture }: Context,
): Tensor3D {
  if (!capture || !recording()) {
    capture?.("weights", () => attentionWeights(q, k, options));
    return attention(q, k, v, options);
  }
  const weights = attentionWeights(q, k, options);
  capture("weights", () => weights);
  return joinHeads(matMul(weights, splitHeads(v, options.heads)));
}

type Resolved = AttentionOptions & { scale: number };

/** The composed definition, for kernels and gradients to be compared with. */
export function composeAttention(q: Tensor3D, k: Tensor3D, v: Tensor3D, options: Resolved): Tensor3D {
  const weights = attentionWeights(q, k, options); // [b, h, n, m]
  return joinHeads(matMul(weights, splitHeads(v, options.heads)));
}

/** [dq, dk, dv] and, with a bias, dbias. The weights are computed again rather than kept: n × m of them would fill the memory. */
export function attentionGrad(
  dy: Tensor3D,
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  options: Resolved,
): OutputOf<typeof attentionGradOp> {
  const { heads, scale, bias, mask } = options;
  const inputs = { dy, q, k, v, ...(bias && { bias }), ...(mask && { mask }) };
  return runOp(attentionGradOp, inputs, { heads, scale }, () => composeAttentionGrad(dy, q, k, v, options));
}

/** The composed definition of the gradient. */
export function composeAttentionGrad(
  dy: Tensor3D,
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  options: Resolved,
): OutputOf<typeof attentionGradOp> {
  const { heads, scale, bias } = options;
  const weights = attentionWeights(q, k, options);
  const dout = splitHeads(dy, heads);
  const dweights = matMul(dout, splitHeads(v, heads), false, true);
  const dscores: Tensor4D = mul(weights, sub(dweights, sum(mul(dweights, weights), -1, true)));
  const dproducts = mul(dscores, scale);
  return [
    joinHeads(matMul(dproducts, splitHeads(k, heads))),
    joinHeads(matMul(dproducts, splitHeads(q, heads), true, false)),
    joinHeads(matMul(weights, dout, true, false)),
    ...(bias ? [biasSlope(dscores, bias)] : []),
  ];
}

/** Sum over what shares the bias. */
function biasSlope(dscores: Tensor4D, bias: Tensor3D): Tensor3D {
  // Of nothing tfjs's wasm backend gives what was in memory.
  if (dscores.size === 0) return zeros(bias.shape);
  return bias.shape[0] === 1 ? reshape(sum(dscores, [0, 1]), bias.shape) : sum(dscores, 0);
}

/** [b, n, h·d] -> [b, h, n, d] */
export function splitHeads(x: Tensor3D, heads: number): Tensor4D {
  const [b, n, width] = x.shape;
  // tfjs's wasm backend cannot transpose what is empty.
  if (x.size === 0) return zeros([b, heads, n, width / heads]);
  return transpose(reshape(x, [b, n, heads, width / heads]), [0, 2, 1, 3]);
}

/** [b, h, n, d] -> [b, n, h·d] */
export function joinHeads(x: Tensor): Tensor3D {
  const [b, h, n, d] = x.shape as [number, number, number, number];
  if (x.size === 0) return zeros([b, n, h * d]);
  return reshape(transpose(x, [0, 2, 1, 3]), [b, n, h * d]);
}

function resolve(
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  { heads, scale, bias, mask }: AttentionOptions,
): { heads: number; scale: number } {
  const [b, n, width] = sizes(q, ["b", "n", "width"], "attention q") as [number, number, number];
  const [, m] = sizes(k, [b, "m", width], "attention k") as [number, number, number];
  sizes(v, [b, m, width], "attention v");
  if (width % heads !== 0)
    throw new ShapeError(`attention: expected a width divisible by heads, got ${width} / ${heads}`);
  checkBiasAndMask([b, n, m], { heads, bias, mask }, "attention");
  return { heads, scale: scale ?? (width / heads) ** -0.5 };
}

/** Checks them against scores [b, heads, n, m]. @throws {ShapeError} if one does not fit. */
export function checkBiasAndMask(
  [b, n, m]: readonly [number, number, number],
  { heads, bias, mask }: AttentionOptions,
  caller: string,
): void {
  if (bias) sizes(bias, [bias.shape[0] === 1 ? 1 : heads, n, m], `${caller} bias`);
  if (mask) sizes(mask, [mask.shape[0] === 1 ? 1 : b, mask.shape[1] === 1 ? 1 : n, m], `${caller} mask`);
}
