import {
  type AttentionAttrs,
  attention,
  attentionGrad,
  attentionGradOp,
  attentionOp,
  queryKeyAttention,
  queryKeyAttentionOp,
  selfAttention,
  selfAttentionGrad,
  selfAttentionGradOp,
  selfAttentionOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { maskOf, normals } from "./draw.ts";

/** Samples, queries, keys, heads and the width of one. */
interface Sizes {
  b: number;
  n: number;
  m: number;
  heads: number;
  d: number;
}

/** How many heads have a bias of their own, which samples and queries a mask, and what is particular about the scores. */
interface Extras {
  bias?: number;
  mask?: readonly [samples: number, queries: number, dtype: "bool" | "float32" | "int32"];
  scale?: number;
}

type Case = Sizes & Extras;

/**
 * About the widths of vectors and tiles. A GPU has programs of its own for each, and compiles some for seconds: what is not about
 * widths takes one of these, and gradients see fewer.
 */
const widths: readonly Case[] = [
  { b: 2, n: 1, m: 3, heads: 2, d: 13 },
  { b: 2, n: 16, m: 15, heads: 2, d: 13 },
  { b: 2, n: 17, m: 31, heads: 2, d: 24 },
  { b: 2, n: 33, m: 32, heads: 2, d: 24 },
  { b: 2, n: 31, m: 65, heads: 2, d: 64 },
  { b: 2, n: 3, m: 40, heads: 2, d: 80 },
  { b: 1, n: 65, m: 33, heads: 2, d: 128 },
];

/** Many keys for few queries and the other way round: what one block of keys, or of queries, does not hold. */
const lengths: readonly Case[] = [[1, 7], [9, 1], [17, 40], [15, 197], [197, 17], [31, 600], [5, 1100]].map(
  ([n, m]) => ({ b: 2, n: n!, m: m!, heads: 3, d: 13 }),
); // prettier-ignore

const extras: readonly Case[] = [
  { b: 2, n: 4, m: 5, heads: 2, d: 8, bias: 1 },
  { b: 2, n: 17, m: 35, heads: 3, d: 8, bias: 3 },
  { b: 3, n: 4, m: 5, heads: 2, d: 8, bias: 2, mask: [3, 4, "int32"] },
  { b: 2, n: 17, m: 35, heads: 3, d: 8, bias: 3, mask: [1, 1, "float32"] },
  { b: 3, n: 17, m: 35, heads: 3, d: 8, bias: 1, mask: [3, 17, "float32"] },
  { b: 2, n: 17, m: 35, heads: 3, d: 8, mask: [2, 1, "int32"] },
  { b: 1, n: 5, m: 6, heads: 1, d: 8, mask: [1, 5, "bool"] },
  { b: 2, n: 19, m: 19, heads: 3, d: 8, bias: 3, mask: [2, 19, "bool"], scale: 0.3 },
  { b: 0, n: 4, m: 5, heads: 2, d: 8, bias: 2, mask: [1, 1, "bool"] },
];

/** Scores beyond what exp can hold. */
const large: readonly Case[] = [{ b: 1, n: 40, m: 40, heads: 1, d: 24, scale: 60 }];

function nameOf({ b, n, m, heads, d, bias, mask, scale }: Case): string {
  const parts = [`${b}·${n} to ${m}`, `${heads} heads of ${d}`];
  if (bias) parts.push(`a bias of ${bias}`);
  if (mask) parts.push(`a mask of ${mask.join("·")}`);
  if (scale) parts.push(`scale ${scale}`);
  return parts.join(", ");
}

const attrsOf = ({ heads, d, scale = d ** -0.5 }: Case): AttentionAttrs => ({ heads, scale });

function extrasOf({ n, m, bias, mask }: Case) {
  return {
    ...(bias && { bias: normals(5, [bias, n, m]) }),
    ...(mask && { mask: maskOf([mask[0], mask[1], m], mask[2]) }),
  };
}

function apart({ b, n, m, heads, d }: Case) {
  const draw = (seed: number, length: number) => normals(seed, [b, length, heads * d]);
  return { q: draw(1, n), k: draw(2, m), v: draw(3, m) };
}

const outputGradient = ({ b, n, heads, d }: Case) => normals(4, [b, n, heads * d]);

export const attentionCases = casesOf({
  op: attentionOp,
  call: ({ q, k, v, ...rest }, attrs: AttentionAttrs) => attention(q, k, v, { ...attrs, ...rest }),
  cases: [...widths, ...lengths, ...extras, ...large].map((sizes) => ({
    name: nameOf(sizes),
    inputs: () => ({ ...apart(sizes), ...extrasOf(sizes) }),
    attrs: attrsOf(sizes),
    tolerance: { atol: sizes.scale === 60 ? 1e-3 : 2e-5 },
  })),
});

export const attentionGradCases = casesOf({
  op: attentionGradOp,
  call: ({ dy, q, k, v, ...rest }, attrs: AttentionAttrs) => attentionGrad(dy, q, k, v, { ...attrs, ...rest }),
  cases: [widths[0]!, widths[4]!, ...lengths, ...extras].map((sizes) => ({
    name: nameOf(sizes),
    inputs: () => ({ dy: outputGradient(sizes), ...apart(sizes), ...extrasOf(sizes) }),
    attrs: attrsOf(sizes),
    tolerance: { atol: 5e-5 },
  })),
});

/** As many keys as queries. */
const selves: readonly Case[] = [
  ...[1, 3, 15, 16, 17, 31, 33].map((n) => ({ b: 2, n, heads: 2, d: 13 })),
  ...[196, 197, 577].map((n) => ({ b: 1, n, heads: n > 200 ? 1 : 3, d: 13 })),
  { b: 2, n: 4, heads: 2, d: 8, bias: 1, scale: 0.3 },
  { b: 2, n: 9, heads: 3, d: 8, bias: 3, mask: [2, 9, "float32"] as const },
  { b: 2, n: 19, heads: 3, d: 8, bias: 1, mask: [2, 19, "bool"] as const },
  { b: 3, n: 19, heads: 3, d: 8, bias: 1, mask: [1, 1, "int32"] as const },
  { b: 0, n: 4, heads: 2, d: 8, bias: 1 },
].map((sizes: Omit<Case, "m">) => Object.assign(sizes, { m: sizes.n }));

const wideSelves: readonly Case[] = [{ b: 1, n: 65, m: 65, heads: 2, d: 64 }];

const packed = ({ b, n, heads, d }: Case, parts: number) => normals(n, [b, n, parts * heads * d]);

export const selfAttentionCases = casesOf({
  op: selfAttentionOp,
  call: ({ qkv, ...rest }, attrs: AttentionAttrs) => selfAttention(qkv, { ...attrs, ...rest }),
  differentiable: ["qkv", "bias"],
  cases: [...selves, ...wideSelves].map((sizes) => ({
    name: nameOf(sizes),
    inputs: () => ({ qkv: packed(sizes, 3), ...extrasOf(sizes) }),
    attrs: attrsOf(sizes),
    forwardOnly: sizes.d > 16 || sizes.n > 200,
    tolerance: { atol: 5e-5 },
  })),
});

export const selfAttentionGradCases = casesOf({
  op: selfAttentionGradOp,
  call: ({ dy, qkv, ...rest }, attrs: AttentionAttrs) => selfAttentionGrad(dy, qkv, { ...attrs, ...rest }),
  cases: selves.map((sizes) => ({
    name: nameOf(sizes),
    inputs: () => ({ dy: outputGradient(sizes), qkv: packed(sizes, 3), ...extrasOf(sizes) }),
    attrs: attrsOf(sizes),
    tolerance: { atol: 5e-5 },
  })),
});

export const queryKeyAttentionCases = casesOf({
  op: queryKeyAttentionOp,
  call: ({ qk, v }, attrs: AttentionAttrs) => queryKeyAttention(qk, v, attrs),
  differentiable: ["qk", "v"],
  cases: [[1, 13], [3, 13], [16, 13], [17, 13], [33, 13], [33, 24], [65, 24], [197, 13], [577, 13], [3, 13, 0]].map(([n, d, b]) => {
    const sizes = { b: b ?? (n! > 100 ? 1 : 2), n: n!, m: n!, heads: n! > 200 ? 1 : 2, d: d! };
    return {
      name: nameOf(sizes),
      inputs: () => ({ qk: packed(sizes, 2), v: normals(3, [sizes.b, sizes.n, sizes.heads * sizes.d]) }),
      attrs: attrsOf(sizes),
      forwardOnly: sizes.d > 16 || sizes.n > 200,
      tolerance: { atol: 2e-5 },
    };
  }), // prettier-ignore
});
