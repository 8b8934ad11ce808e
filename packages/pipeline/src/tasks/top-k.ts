/** Probabilities of logits, stable for any size. */
export function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = logits.map((logit) => Math.exp(logit - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}

/** Each logit's probability by itself, for classes that do not exclude each other. */
export function sigmoid(logits: Float32Array): Float32Array {
  return logits.map((logit) => 1 / (1 + Math.exp(-logit)));
}

/** Indices of the `count` largest values, the largest first; of equal ones the first. */
export function topK(values: Float32Array, count: number): number[] {
  return Array.from(values.keys())
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}
