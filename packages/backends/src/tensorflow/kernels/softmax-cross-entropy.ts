import type { softmaxCrossEntropyOp } from "@tessera/core";
import { chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";

/** −Σ p log softmax(logits) for each row: [b, classes] -> [b]. */
export const softmaxCrossEntropy: Kernel<typeof softmaxCrossEntropyOp> = {
  run: (backend, { logits, target }) =>
    chained(backend, (chain) => {
      // Its second output is the gradient for targets that sum to 1, which ours need not do.
      const inputs = [chain.of(logits), chain.of(target)];
      return chain.runAll("SoftmaxCrossEntropyWithLogits", inputs, {}, 2)[0];
    }),
};
