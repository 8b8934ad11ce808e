import { registerAllGradients } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import type { Classifier } from "./classifier.ts";
import { eventLoopTurn } from "./event-loop.ts";
import type { FitOptions, FitResult } from "./options.ts";
import { Training } from "./training.ts";

/**
 * Trains a model. The same seed, data and backend give the same weights to the bit, whether or not the training was
 * interrupted and resumed on its way (on a GPU, after a resume, within rounding: tfjs computes small tensors on the processor
 * as long as they are there). In the end the model has its last weights, or their averages where there are any.
 *
 * @throws {TesseraError} if options or data do not fit, or a loss is not finite: the message names the step and the last
 * checkpoint, and the weights are those before that step. The signal's reason, once it aborts and a checkpoint is written.
 */
export async function fit(model: Classifier, data: TrainingData, options: FitOptions): Promise<FitResult> {
  const { ema, signal } = options;
  registerAllGradients();
  const training = new Training(model, data, options);
  await training.begin(options.resume);
  const batches = training.batches();
  try {
    for (;;) {
      if (training.evaluationIsDue) await training.evaluate();
      if (training.checkpointIsDue) await training.save();
      if (training.isOver) break;
      signal?.throwIfAborted();
      await training.step((await batches.next()).value);
      await eventLoopTurn();
    }
  } catch (error) {
    if (signal?.aborted) await training.save();
    throw error;
  } finally {
    await batches.return(undefined as never);
  }
  ema?.swap();
  return training.result;
}
