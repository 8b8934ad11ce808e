import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  add,
  cast,
  exp,
  expandDims,
  log,
  max,
  mul,
  neg,
  sub,
  sum,
  tidy,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { oneHotLabels } from "./one-hot-labels.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { None, Op } from "./op.ts";

export const softmaxCrossEntropyGradOp: Op<{ dy: Tensor1D; logits: Tensor2D; target: Tensor2D }, None, Tensor2D> = {
  name: "TesseraSoftmaxCrossEntropyGrad",
  inputs: { dy: "required", logits: "required", target: "required" },
  gradients: [],
};

/** Of probabilities, smoothed; they need not sum to 1. */
export const softmaxCrossEntropyOp: Op<{ logits: Tensor2D; target: Tensor2D }, None, Tensor1D> = {
  name: "TesseraSoftmaxCrossEntropy",
  inputs: { logits: "required", target: "required" },
  gradients: [softmaxCrossEntropyGradOp],
};

/**
 * −Σ p log softmax(logits) for each row: logits [b, classes], labels as integers [b] or probabilities [b, classes] -> [b].
 * Smoothing ε turns p into (1 − ε) p + ε / classes, as PyTorch does. Differentiable in the logits.
 * Op `softmaxCrossEntropyOp`, gradient `softmaxCrossEntropyGradOp`.
 *
 * @throws {ShapeError} if the labels fit neither form.
 * @throws {TesseraError} if a label is none of the classes; on a GPU the row's loss is NaN instead.
 */
export function softmaxCrossEntropy(
  logits: Tensor2D,
  labels: Tensor,
  options: { labelSmoothing?: number } = {},
): Tensor1D {
  const [b, classes] = sizes(logits, ["b", "classes"], "softmaxCrossEntropy") as [number, number];
  const integer = labels.rank === 1;
  if (labels.shape[0] !== b || (!integer && (labels.rank !== 2 || labels.shape[1] !== classes))) {
    throw new ShapeError(
      `softmaxCrossEntropy: expected labels [${b}] or [${b}, ${classes}], got [${labels.shape.join(", ")}]`,
    );
  }
  return tidy(() => {
    const target = targets(labels, classes, options.labelSmoothing ?? 0);
    return differentiable(
      { logits },
      () =>
        runOp(
          softmaxCrossEntropyOp,
          { logits, target },
          {},
          () => neg(sum(mul(target, logSoftmax(logits)), -1)) as Tensor1D,
        ),
      [logits, target],
      (dy, [savedLogits, savedTarget]) => ({
        logits: () => softmaxCrossEntropyGrad(dy as Tensor1D, savedLogits as Tensor2D, savedTarget as Tensor2D),
      }),
    );
  });
}

/** dy [b] -> gradient of the logits [b, classes]: dy · (softmax · Σp − p). */
export function softmaxCrossEntropyGrad(dy: Tensor1D, logits: Tensor2D, target: Tensor2D): Tensor2D {
  return runOp(softmaxCrossEntropyGradOp, { dy, logits, target }, {}, () =>
    mul(expandDims(dy, -1), sub(mul(exp(logSoftmax(logits)), sum(target, -1, true)), target)),
  );
}

function targets(labels: Tensor, classes: number, smoothing: number): Tensor2D {
  const integer = labels.rank === 1;
  const probabilities = (
    integer ? oneHotLabels(labels as Tensor1D, classes, "softmaxCrossEntropy") : cast(labels, "float32")
  ) as Tensor2D;
  return smoothing === 0 ? probabilities : add(mul(probabilities, 1 - smoothing), smoothing / classes);
}

function logSoftmax(x: Tensor): Tensor {
  const shifted = sub(x, max(x, -1, true));
  return sub(shifted, log(sum(exp(shifted), -1, true)));
}
