// The fused ops over shapes that are odd for any tile, and what of them has a gradient.
import { tensor } from "@tensorflow/tfjs-core";
import { attention, layerNorm, linear, patchify, resize, selfAttention, softmaxCrossEntropy } from "@tessera/core";
import { normal } from "./arrays.mjs";

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {() => any[]} inputs Those that gradients are taken of, on the current backend.
 * @property {(...inputs: any[]) => any} run
 */

/** @param {number[]} shape [rows, in, out] @returns {Case[]} */
function linears([rows = 1, from = 1, to = 1]) {
  const inputs = () => [normal([rows, from], 1), normal([to, from], 2, from ** -0.5), normal([to], 3)];
  return [
    { name: `linear ${rows}×${from}→${to}`, inputs, run: (x, weight, bias) => linear(x, weight, { bias }) },
    {
      name: `linear ${rows}×${from}→${to}, GELU, scale, residual`,
      inputs: () => [...inputs(), normal([to], 4), normal([rows, to], 5)],
      run: (x, weight, bias, scale, residual) => linear(x, weight, { bias, activation: "gelu", scale, residual }),
    },
  ];
}

/** @param {number[]} shape @returns {Case} */
const norms = ([rows = 1, d = 1]) => ({
  name: `layerNorm ${rows}×${d}`,
  inputs: () => [normal([rows, d], 1, 2, 0.5), normal([d], 2, 0.2, 1), normal([d], 3)],
  run: (x, gamma, beta) => layerNorm(x, gamma, beta, 1e-6),
});

/** @param {number[]} shape @returns {Case} */
const selfAttentions = ([b = 1, n = 1, heads = 1, d = 1]) => ({
  name: `selfAttention ${b}×${n}, ${heads} heads of ${d}`,
  inputs: () => [normal([b, n, 3 * heads * d], 1)],
  run: (qkv) => selfAttention(qkv, { heads }),
});

/** @param {number[]} shape @returns {Case} */
const attentions = ([b = 1, n = 1, m = 1, heads = 1, d = 1]) => ({
  name: `attention ${b}×${n}×${m}, ${heads} heads of ${d}, bias, mask`,
  inputs: () => [
    normal([b, n, heads * d], 1),
    normal([b, m, heads * d], 2),
    normal([b, m, heads * d], 3),
    normal([heads, n, m], 4),
  ],
  run(q, k, v, bias) {
    const mask = tensor(
      Float32Array.from({ length: b * m }, (_, i) => (i % 5 === 3 ? 0 : 1)),
      [b, 1, m],
    );
    return attention(q, k, v, { heads, bias, mask: /** @type {any} */ (mask) });
  },
});

/** @type {Case[]} */
export const opCases = [
  ...[[1, 3, 5], [17, 31, 33], [2, 192, 1000], [197, 192, 576], [33, 768, 768]].flatMap(linears), // prettier-ignore
  ...[[1, 1], [5, 17], [197, 192], [33, 768], [3, 4099]].map(norms), // prettier-ignore
  ...[[1, 1, 1, 6], [2, 17, 3, 24], [1, 197, 3, 64], [1, 33, 2, 128], [1, 577, 1, 64]].map(selfAttentions), // prettier-ignore
  ...[[2, 3, 5, 2, 16], [1, 65, 33, 3, 64]].map(attentions), // prettier-ignore
  {
    name: "patchify 16×16",
    inputs: () => [normal([2, 48, 32, 3], 1)],
    run: (x) => patchify(x, { patchSize: [16, 16] }),
  },
  {
    name: "patchify 7×7, stride 4, padding 3",
    inputs: () => [normal([3, 16, 16, 3], 1)],
    run: (x) => patchify(x, { patchSize: [7, 7], stride: [4, 4], padding: [3, 3] }),
  },
  ...["bilinear", "bicubic_antialias"].map((method) => ({
    name: `resize, ${method}`,
    inputs: () => [normal([2, 17, 23, 3], 1)],
    run: (/** @type {any} */ x) => resize(x, [9, 31], /** @type {any} */ (method)),
  })),
  {
    name: "softmaxCrossEntropy, smoothing",
    inputs: () => [normal([5, 1000], 1, 3)],
    run: (logits) => softmaxCrossEntropy(logits, tensor([0, 999, 17, 500, 3], [5], "int32"), { labelSmoothing: 0.1 }),
  },
];
