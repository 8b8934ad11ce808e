import { type Tensor3D, concat, slice } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import {
  type AttentionAttrs,
  type AttentionOptions,
  type BiasAndMask,
  attentionGrad,
  checkBiasAndMask,
  composeAttention,
} from "./attention.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op, OutputOf } from "./op.ts";

/** Gives dbias where there is a bias; without a kernel the parts go to attention's gradient. */
export const selfAttentionGradOp: Op<
  { dy: Tensor3D; qkv: Tensor3D } & BiasAndMask,
  AttentionAttrs,
  [dqkv: Tensor3D, ...dbias: Tensor3D[]]
> = {
  name: "TesseraSelfAttentionGrad",
  inputs: { dy: "required", qkv: "required", bias: "optional", mask: "optional" },
  gradients: [],
};

export const selfAttentionOp: Op<{ qkv: Tensor3D } & BiasAndMask, AttentionAttrs, Tensor3D> = {
  name: "TesseraSelfAttention",
  inputs: { qkv: "required", bias: "optional", mask: "optional" },
  gradients: [selfAttentionGradOp],
};

/**
 * Attention of a sequence to itself, from the packed rows of one projection: q, then k, then v, each head-major.
 * qkv [b, n, 3·h·d] -> [b, n, h·d]. Differentiable in qkv and bias.
 * Op `selfAttentionOp`, gradient `selfAttentionGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function selfAttention(qkv: Tensor3D, options: AttentionOptions): Tensor3D {
  const { heads, bias, mask } = options;
  const [b, n, packed] = sizes(qkv, ["b", "n", "3·h·d"], "selfAttention") as [number, number, number];
  if (packed % (3 * heads) !== 0)
    throw new ShapeError(`selfAttention: expected a width divisible by 3 · ${heads} heads, got ${packed}`);
  checkBiasAndMask([b, n, n], options, "selfAttention");
  const attrs = { heads, scale: options.scale ?? (packed / 3 / heads) ** -0.5 };
  const others = { ...(bias && { bias }), ...(mask && { mask }) };
  return differentiable(
    { qkv, ...(bias && { bias }) },
    () =>
      runOp(selfAttentionOp, { qkv, ...others }, attrs, () => {
        const [q, k, v] = unpackQkv(qkv);
        return composeAttention(q, k, v, { ...attrs, bias, mask });
      }),
    [qkv, ...Object.values(others)],
    (dy, [saved, ...rest]) => {
      const extra = { bias: bias && (rest[0] as Tensor3D), mask: mask && (rest[bias ? 1 : 0] as Tensor3D) };
      const [dqkv, dbias] = selfAttentionGrad(dy as Tensor3D, saved as Tensor3D, { ...attrs, ...extra });
      return { qkv: () => dqkv, ...(bias && { bias: () => dbias! }) };
    },
  );
}

/** [dqkv] and, with a bias, dbias. */
export function selfAttentionGrad(
  dy: Tensor3D,
  qkv: Tensor3D,
  options: AttentionOptions & { scale: number },
): OutputOf<typeof selfAttentionGradOp> {
  const { heads, scale, bias, mask } = options;
  const inputs = { dy, qkv, ...(bias && { bias }), ...(mask && { mask }) };
  return runOp(selfAttentionGradOp, inputs, { heads, scale }, () => {
    const [q, k, v] = unpackQkv(qkv);
    const [dq, dk, dv, ...dbias] = attentionGrad(dy, q, k, v, options);
    return [concat([dq, dk, dv], -1), ...dbias];
  });
}

/** [b, n, 3·w] -> three of [b, n, w], in the order q, k, v. */
export function unpackQkv(qkv: Tensor3D): [Tensor3D, Tensor3D, Tensor3D] {
  const [b, n, packed] = qkv.shape;
  const width = packed / 3;
  const part = (index: number) => slice(qkv, [0, 0, index * width], [b, n, width]);
  return [part(0), part(1), part(2)];
}
