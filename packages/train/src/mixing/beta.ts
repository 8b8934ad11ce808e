import type { Random } from "@tessera/core";

/** A number from the beta distribution whose both parameters are `alpha`. */
export function drawBeta(random: Random, alpha: number): number {
  const [a, b] = [drawGamma(random, alpha), drawGamma(random, alpha)];
  // Both may be too small for a number where alpha is tiny; then it is one or the other.
  return a + b > 0 ? a / (a + b) : Math.round(random.uniform());
}

/** Of the gamma distribution of that shape: Marsaglia and Tsang 2000. */
function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
