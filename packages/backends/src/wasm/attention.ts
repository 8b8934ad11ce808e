import {
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  add,
  cast,
  concat,
  matMul,
  mul,
  reshape,
  slice,
  softmax,
  stack,
  sub,
  sum,
  tidy,
  transpose,
  where,
} from "@tensorflow/tfjs-core";
import {
  type AttentionOptions,
  MASKED_SCORE,
  type OutputOf,
  type attentionGradOp,
  composeAttention,
  composeAttentionGrad,
  joinHeads,
  splitHeads,
  type selfAttentionGradOp,
  unpackQkv,
} from "@tessera/core";

type Options = AttentionOptions & { scale: number };

/**
 * Scores of one head from which XNNPACK's speed is worth a call: below, as in the 16 words of TNT's inner blocks, hundreds of
 * tiny products cost more than one batched product in plain loops.
 */
const WORTH_A_CALL = 32 * 32;

/** An empty batch too, which has no head to call for. */
function isSmall(q: Tensor3D, k: Tensor3D): boolean {
  return q.shape[0] === 0 || q.shape[1] * k.shape[1] < WORTH_A_CALL;
}

/** Attention as one product after another, each of a single head. q [b, n, h·d], k, v [b, m, h·d] -> [b, n, h·d] */
export function attentionByHead(q: Tensor3D, k: Tensor3D, v: Tensor3D, options: Options): Tensor3D {
  const { heads, scale } = options;
  const [b, n, width] = q.shape;
  if (isSmall(q, k)) return tidy(() => composeAttention(q, k, v, options));
  return tidy(() => {
    const queries = matrices(splitHeads(mul(q, scale), heads));
    const keys = matrices(transpose(splitHeads(k, heads), [0, 1, 3, 2])); // d × m each
    const values = matrices(splitHeads(v, heads));
    const mixed = queries.map((query, i) => tidy(() => matMul(weightsOf(query, keys[i]!, i, options), values[i]!)));
    return joinHeads(reshape(concat(mixed, 0), [b, heads, n, width / heads]));
  });
}

/** The same of packed q, k, v: qkv [b, n, 3·h·d] -> [b, n, h·d] */
export function selfAttentionByHead(qkv: Tensor3D, options: Options): Tensor3D {
  return tidy(() => attentionByHead(...unpackQkv(qkv), options));
}

/** [dq, dk, dv] and, with a bias, dbias. */
export function attentionGradByHead(
  dy: Tensor3D,
  q: Tensor3D,
  k: Tensor3D,
  v: Tensor3D,
  options: Options,
): OutputOf<typeof attentionGradOp> {
  const { heads, scale, bias } = options;
  const [b, n, width] = q.shape;
  const [, m] = k.shape;
  if (isSmall(q, k)) return tidy(() => composeAttentionGrad(dy, q, k, v, options));
  return tidy(() => {
    const [queries, keys, values, douts] = [q, k, v, dy].map((x) => matrices(splitHeads(x, heads))) as [
      Tensor2D[],
      Tensor2D[],
      Tensor2D[],
      Tensor2D[],
    ];
    const parts = queries.map((query, i) =>
      tidy(() => {
        const weights = weightsOf(mul(query, scale), transpose(keys[i]!), i, options);
        const dweights = matMul(douts[i]!, transpose(values[i]!));
        const dscores = mul(weights, sub(dweights, sum(mul(dweights, weights), -1, true)));
        const dproducts = mul(dscores, scale);
        const [dq, dk, dv] = [
          matMul(dproducts, keys[i]!),
          matMul(transpose(dproducts), query),
          matMul(transpose(weights), douts[i]!),
        ];
        return bias ? [dq, dk, dv, dscores] : [dq, dk, dv];
      }),
    );
    const join = (part: number, length: number) => joinHeads(reshape(concat(parts.map((grads) => grads[part]!), 0), [b, heads, length, width / heads])); // prettier-ignore
    const grads = [join(0, n), join(1, m), join(2, m)] as const;
    if (!bias) return [...grads];
    const dbias: Tensor3D = sum(reshape(stack(parts.map((grad) => grad[3]!)), [b, heads, n, m]), 0);
    return [...grads, bias.shape[0] === 1 ? sum(dbias, 0, true) : dbias];
  });
}

/** [dqkv] and, with a bias, dbias. */
export function selfAttentionGradByHead(
  dy: Tensor3D,
  qkv: Tensor3D,
  options: Options,
): OutputOf<typeof selfAttentionGradOp> {
  return tidy(() => {
    const [dq, dk, dv, ...dbias] = attentionGradByHead(dy, ...unpackQkv(qkv), options);
    return [concat([dq, dk, dv], -1), ...dbias];
  });
}

/** Softmax of one head's scores, n × m. `index` counts heads within samples. */
function weightsOf(
  scaledQuery: Tensor2D,
  keyTransposed: Tensor2D,
  index: number,
  { heads, bias, mask }: Options,
): Tensor2D {
  let scores: Tensor = matMul(scaledQuery, keyTransposed);
  if (bias) scores = add(scores, plane(bias, bias.shape[0] === 1 ? 0 : index % heads));
  if (mask)
    scores = where(
      cast(plane(mask, mask.shape[0] === 1 ? 0 : Math.floor(index / heads)), "bool"),
      scores,
      MASKED_SCORE,
    );
  return softmax(scores as Tensor2D);
}

/** [b, h, r, c] -> b·h matrices, r × c each */
function matrices(x: Tensor): Tensor2D[] {
  const [b, h, r, c] = x.shape as [number, number, number, number];
  const flat = reshape(x, [b * h * r, c]);
  return Array.from({ length: b * h }, (_, i) => slice(flat as Tensor2D, [i * r, 0], [r, c]));
}

/** One matrix of a stack. */
function plane(x: Tensor3D, index: number): Tensor2D {
  const [, r, c] = x.shape;
  return reshape(slice(x, [index, 0, 0], [1, r, c]), [r, c]);
}
