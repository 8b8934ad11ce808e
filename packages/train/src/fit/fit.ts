import { type Scalar, mean } from "@tensorflow/tfjs-core";
import { TesseraError, softmaxCrossEntropy } from "@tessera/core";
import type { Batch, TrainingData } from "../data.ts";
import { evaluate } from "../metrics/evaluate.ts";
import type { Evaluation } from "../metrics/evaluation.ts";
import { batchTensors } from "./batch-tensors.ts";
import type { Classifier } from "./classifier.ts";
import type { FitOptions, FitResult, Loss } from "./options.ts";
import { run } from "./run.ts";
import type { Task } from "./task.ts";

const crossEntropy: Loss = (logits, targets) => mean(softmaxCrossEntropy(logits, targets)) as Scalar;

/**
 * Trains a model. The same seed, data and backend give the same weights to the bit, whether or not the training was
 * interrupted and resumed on its way (on a GPU, after a resume, within rounding: tfjs computes small tensors on the processor
 * as long as they are there). In the end the model has its last weights, or their averages where there are any.
 *
 * @throws {TesseraError} if options or data do not fit, or a loss is not finite: the message names the step and the last
 * checkpoint, and the weights are those before that step. The signal's reason, once it aborts and a checkpoint is written.
 */
export async function fit(model: Classifier, data: TrainingData, options: FitOptions): Promise<FitResult> {
  const { classes } = data;
  if (classes.length < 2) {
    const only = classes[0];
    throw new TesseraError(
      `fit: expected at least two classes, got ${only === undefined ? "none" : `only "${only}"`}; there is nothing to tell apart`,
    );
  }
  return run(classification(model, classes.length, options), data, options);
}

function classification(model: Classifier, classes: number, options: FitOptions): Task<Batch, Evaluation> {
  const { loss = crossEntropy, mix, evaluation } = options;
  const objective: FitOptions["objective"] =
    options.objective ?? (({ images, targets }, ctx) => loss(model.forward(images, ctx), targets));
  const metric = evaluation?.metric ?? "top1";
  return {
    model,
    begin(batch, random, progress) {
      const tensors = batchTensors(mix ? mix(batch, random.fork("mix"), progress) : batch, classes);
      return { objective: (ctx) => objective(tensors, ctx), tensors: [tensors.images, tensors.targets] };
    },
    evaluate: (pictures, how) => evaluate(model, pictures, how),
    judge: (found) => ({ value: found[metric], isLoss: metric === "loss" }),
  };
}
