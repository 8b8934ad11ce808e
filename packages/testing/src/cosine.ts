/** Cosine of the angle between two lists of numbers. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (p: ArrayLike<number>, q: ArrayLike<number>) => Array.from(p).reduce((sum, v, i) => sum + v * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
