import { type Scalar, mean, tidy } from "@tensorflow/tfjs-core";
import { softmaxCrossEntropy } from "@tessera/core";
import type { Loss } from "../fit/options.ts";

/** Cross entropy, the mean over images, of classes or of probabilities. Smoothing ε turns these into (1 − ε) p + ε / classes. */
export function crossEntropy({ smoothing = 0 }: { smoothing?: number } = {}): Loss {
  return (logits, targets) =>
    tidy(() => mean(softmaxCrossEntropy(logits, targets, { labelSmoothing: smoothing })) as Scalar);
}
