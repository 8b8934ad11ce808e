/** What a model said of one image, and what is true. */
export interface Judgement {
  /** Of the sample in its data set. */
  index: number;
  label: number;
  /** The class with the largest probability. */
  predicted: number;
  /** Its probability. */
  confidence: number;
  /** Probability of the true class. */
  probability: number;
  /** Classes that the model finds likelier than the true one. */
  rank: number;
  /** −log of the true class's probability. */
  loss: number;
}

/** Judges one row of logits. Sums are float64, so the result does not depend on the backend's order. */
export function judge(index: number, label: number, logits: Float32Array): Judgement {
  let [predicted, rank] = [0, 0];
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! > logits[predicted]!) predicted = i;
    if (logits[i]! > logits[label]!) rank++;
  }
  const largest = logits[predicted]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const loss = Math.log(sum) - (logits[label]! - largest);
  return { index, label, predicted, confidence: 1 / sum, probability: Math.exp(-loss), rank, loss };
}
