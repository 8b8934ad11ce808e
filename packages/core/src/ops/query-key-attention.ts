import { type Tensor3D, concat, slice } from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { type AttentionAttrs, type AttentionOptions, attention, attentionGrad, attentionGradOp } from "./attention.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";

export const queryKeyAttentionOp: Op<{ qk: Tensor3D; v: Tensor3D }, AttentionAttrs, Tensor3D> = {
  name: "TesseraQueryKeyAttention",
  inputs: { qk: "required", v: "required" },
  gradients: [attentionGradOp],
};

/**
 * Attention of a sequence to itself where queries and keys come packed from one projection, q then k, each head-major, and
 * values from another. qk [b, n, 2·h·d], v [b, n, h·d] -> [b, n, h·d]. Differentiable in both.
 * Op `queryKeyAttentionOp`; without a kernel the parts go to `attention`, as they do for the gradient.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function queryKeyAttention(
  qk: Tensor3D,
  v: Tensor3D,
  { heads, scale }: Pick<AttentionOptions, "heads" | "scale">,
): Tensor3D {
  const [b, n, packed] = sizes(qk, ["b", "n", "2·h·d"], "queryKeyAttention qk") as [number, number, number];
  if (packed % (2 * heads) !== 0)
    throw new ShapeError(`queryKeyAttention: expected a width divisible by 2 · ${heads} heads, got ${packed}`);
  sizes(v, [b, n, packed / 2], "queryKeyAttention v");
  const attrs = { heads, scale: scale ?? (packed / 2 / heads) ** -0.5 };
  return differentiable(
    { qk, v },
    () =>
      runOp(queryKeyAttentionOp, { qk, v }, attrs, () => {
        const [q, k] = unpackQueryKey(qk);
        return attention(q, k, v, attrs);
      }),
    [qk, v],
    (dy, [savedQk, savedV]) => {
      const [q, k] = unpackQueryKey(savedQk as Tensor3D);
      const [dq, dk, dv] = attentionGrad(dy as Tensor3D, q, k, savedV as Tensor3D, attrs);
      return { qk: () => concat([dq, dk], -1), v: () => dv };
    },
  );
}

/** [b, n, 2·w] -> two of [b, n, w], in the order q, k. */
export function unpackQueryKey(qk: Tensor3D): [Tensor3D, Tensor3D] {
  const [b, n, packed] = qk.shape;
  const part = (index: number) => slice(qk, [0, 0, (index * packed) / 2], [b, n, packed / 2]);
  return [part(0), part(1)];
}
