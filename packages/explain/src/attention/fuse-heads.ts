import type { AttentionMaps, BlockAttention } from "./attention-maps.ts";

/** How the heads of a block become one map. */
export type Fusion = "mean" | "max" | "min";

/** One map of a picture, the heads fused: [n, n] */
export function fusedHeads(
  { tokens }: Pick<AttentionMaps, "tokens">,
  { heads, values }: BlockAttention,
  image: number,
  fusion: Fusion,
): Float64Array {
  const size = tokens * tokens;
  const fused = new Float64Array(size);
  for (let head = 0; head < heads; head++) {
    const from = (image * heads + head) * size;
    for (let i = 0; i < size; i++) {
      const value = values[from + i]!;
      if (fusion === "mean") fused[i]! += value / heads;
      else if (head === 0) fused[i] = value;
      else fused[i] = fusion === "max" ? Math.max(fused[i]!, value) : Math.min(fused[i]!, value);
    }
  }
  return fused;
}

/** Product of two square matrices [n, n]. */
export function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) result[i * n + j]! += factor * b[k * n + j]!;
    }
  }
  return result;
}

export function identity(n: number): Float64Array {
  return new Float64Array(n * n).map((_, i) => (i % (n + 1) === 0 ? 1 : 0));
}
