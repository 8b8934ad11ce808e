import { registerAllGradients } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import { eventLoopTurn } from "./event-loop.ts";
import type { FitResult, TrainingOptions } from "./options.ts";
import type { Task } from "./task.ts";
import { Training } from "./training.ts";

/** @internal Trains from where a run is to its end, whatever the task. */
export async function run<B extends { readonly shape: readonly number[] }, E, Metric extends string>(
  task: Task<B, E>,
  data: TrainingData<B>,
  options: TrainingOptions<B, E, Metric>,
): Promise<FitResult<E>> {
  const { ema, signal } = options;
  registerAllGradients();
  const training = new Training(task, data, options);
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
