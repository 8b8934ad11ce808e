import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import type { Context, Module, Random } from "@tessera/core";
import type { TrainingData } from "../data.ts";

/** @internal What a training learns from batches, and how it is judged. */
export interface Task<B, E> {
  readonly model: Module;
  /** A batch on the backend, and what is to be made least of it. The tensors are freed after the gradients. */
  begin(batch: B, random: Random, progress: number): { objective: (ctx: Context) => Scalar; tensors: Tensor[] };
  evaluate(data: TrainingData<B>, options: { batchSize: number; signal: AbortSignal | undefined }): Promise<E>;
  /** The number by which evaluations are compared. A loss is the better, the lower it is. */
  judge(evaluation: E): { value: number; isLoss: boolean };
}
