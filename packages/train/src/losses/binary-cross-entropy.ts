import {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  abs,
  add,
  cast,
  exp,
  greater,
  log,
  mean,
  mul,
  neg,
  relu,
  sigmoid,
  sub,
  sum,
  tidy,
} from "@tensorflow/tfjs-core";
import { differentiable, oneHotLabels } from "@tessera/core";
import type { Loss } from "../fit/options.ts";

export interface BinaryCrossEntropyOptions {
  /** Of classes; probabilities stay as they are. @default 0 */
  smoothing?: number;
  /** Probabilities above it count as 1 and others as 0. @default they stay as they are */
  threshold?: number;
  /** Adds the classes of an image up, and does not take their mean. @default false */
  sumClasses?: boolean;
}

/** Each class is a question of its own, as in DeiT III: timm's BinaryCrossEntropy. The mean over images. */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  return (logits, targets) =>
    tidy(() => {
      const losses = elementwise(logits, probabilities(targets, logits.shape[1], options));
      return (options.sumClasses ? mean(sum(losses, -1)) : mean(losses)) as Scalar;
    });
}

/** −t log σ(x) − (1 − t) log(1 − σ(x)), written so that large x neither overflow nor lose their digits. */
function elementwise(x: Tensor2D, t: Tensor2D): Tensor2D {
  return differentiable(
    { x },
    () => tidy(() => add(sub(relu(x), mul(x, t)), log(add(exp(neg(abs(x))), 1)))),
    [x, t],
    (dy, [savedX, savedT]) => ({ x: () => mul(dy, sub(sigmoid(savedX!), savedT!)) }),
  );
}

function probabilities(targets: Tensor, classes: number, { smoothing = 0, threshold }: BinaryCrossEntropyOptions) {
  const given =
    targets.rank === 1
      ? add(mul(oneHotLabels(targets as Tensor1D, classes, "binaryCrossEntropy"), 1 - smoothing), smoothing / classes)
      : targets;
  return cast(threshold === undefined ? given : greater(given, threshold), "float32") as Tensor2D;
}
