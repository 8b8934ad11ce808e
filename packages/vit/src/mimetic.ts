import { type Initializer, type InitScheme, type Random, ShapeError } from "@tessera/core";

/** How much of the identity the products of a block's attention start with, and how much noise beside it. */
const QUERY_KEY = { identity: 0.7, noise: 0.1 };
const VALUE_PROJECTION = { identity: 0.4, noise: 0.2 };

/**
 * Attention that starts as trained attention looks, for `model.init(seed, mimeticInit(heads))`: queries and keys of a head resemble
 * each other, WqᵀWk ≈ 0.7 P with P onto the head's few dimensions, and the projection takes the values back, Wproj Wv ≈ −0.4 I.
 * After Trockman and Kolter 2023, arXiv:2305.09828, who factor a noisy identity; here each factor is a shared part and noise of
 * its own, which gives the same products without a decomposition. It helps small transformers on small data.
 *
 * @param heads of each block
 */
export function mimeticInit(heads: number): InitScheme {
  return (path) => (/\.attn\.(qkv|proj)\.weight$/.test(path) ? mimeticAttention(heads) : undefined);
}

/** The same for an attention's weights: queries, keys and values [3d, d], and the projection [d, d]. */
export function mimeticAttention(heads: number): Initializer {
  return (random, [rows = 0, width = 0]) =>
    rows === width
      ? identityWithNoise(random, width, -Math.sqrt(VALUE_PROJECTION.identity))
      : queriesKeysValues(random, rows, width, heads);
}

/** [3d, d]: queries and keys share what they look at, values hand their input on. */
function queriesKeysValues(random: Random, rows: number, width: number, heads: number): Float32Array {
  if (rows !== 3 * width || width % heads !== 0)
    throw new ShapeError(
      `mimeticInit: expected queries, keys and values of whole heads, got [${rows}, ${width}] and ${heads}`,
    );
  const size = width * width;
  const weight = new Float32Array(3 * size);
  const [shared, own] = [Math.sqrt(QUERY_KEY.identity / width), Math.sqrt(QUERY_KEY.noise / width)];
  for (let i = 0; i < size; i++) {
    const both = shared * random.normal();
    weight[i] = both + own * random.normal();
    weight[size + i] = both + own * random.normal();
  }
  weight.set(identityWithNoise(random, width, Math.sqrt(VALUE_PROJECTION.identity)), 2 * size);
  return weight;
}

function identityWithNoise(random: Random, width: number, identity: number): Float32Array {
  const noise = Math.sqrt(VALUE_PROJECTION.noise / width);
  return Float32Array.from(
    { length: width * width },
    (_, i) => noise * random.normal() + (i % (width + 1) === 0 ? identity : 0),
  );
}
