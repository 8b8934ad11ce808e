import { tidy } from "@tensorflow/tfjs-core";
import { ShapeError, TesseraError } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import { batchTensors } from "../fit/batch-tensors.ts";
import type { Classifier } from "../fit/classifier.ts";
import { eventLoopTurn } from "../fit/event-loop.ts";
import { type Evaluation, evaluationOf } from "./evaluation.ts";
import { type Judgement, judge } from "./judgement.ts";

export interface EvaluateOptions {
  /** @default 256 */
  batchSize?: number;
  /** Stops between two batches. */
  signal?: AbortSignal;
  /** Told after each batch. */
  onProgress?: (progress: { images: number; total: number }) => void;
  /** Told of every image, for a list of mistakes. */
  onJudgement?: (judgement: Judgement) => void;
}

/**
 * Judges a model on a data set: top-1, top-5, per class, confusion matrix, calibration.
 * @throws {TesseraError} if there are no images, {ShapeError} if the model has another number of classes.
 */
export async function evaluate(
  model: Pick<Classifier, "forward">,
  data: TrainingData,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = 256, signal, onProgress, onJudgement } = options;
  const classes = data.classes.length;
  const judgements: Judgement[] = [];
  for await (const batch of data.batches({ epoch: 0, batchSize, signal })) {
    signal?.throwIfAborted();
    const { images, targets } = batchTensors(batch, classes);
    const logits = tidy(() => model.forward(images));
    try {
      const [, outputs] = logits.shape;
      if (outputs !== classes) {
        throw new ShapeError(`evaluate: expected a model of ${classes} classes, as the data have, got ${outputs}`);
      }
      const [values, labels] = [await logits.data<"float32">(), batch.labels];
      for (const [row, index] of batch.indices.entries()) {
        const label = labels instanceof Int32Array ? labels[row]! : largest(labels, row, classes);
        const judgement = judge(index, label, values.subarray(row * classes, (row + 1) * classes) as Float32Array);
        judgements.push(judgement);
        onJudgement?.(judgement);
      }
    } finally {
      for (const tensor of [images, targets, logits]) tensor.dispose();
    }
    onProgress?.({ images: judgements.length, total: data.length });
    await eventLoopTurn();
  }
  if (judgements.length === 0) throw new TesseraError("evaluate: expected images, got none; does the split leave any?");
  return evaluationOf(judgements, data.classes);
}

function largest(probabilities: Float32Array, row: number, classes: number): number {
  const own = probabilities.subarray(row * classes, (row + 1) * classes);
  return own.indexOf(Math.max(...own));
}
