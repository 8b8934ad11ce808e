import { type Scalar, type Tensor4D, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { type Context, Random, TesseraError } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import { eventLoopTurn } from "../fit/event-loop.ts";
import type { EvaluateOptions } from "./evaluate.ts";

/** What is made least on pictures alone, the mean over them. All that is drawn comes from the context. [b, h, w, c] -> [] */
export type PictureObjective = (images: Tensor4D, ctx: Context & { random: Random }) => Scalar;

/** How a model that learns from pictures alone does on others. */
export interface PictureEvaluation {
  /** The mean objective, of the same draws each time. */
  loss: number;
  images: number;
}

/** Judges a model by its objective on pictures without labels. @throws {TesseraError} if there are no images. */
export async function evaluatePictures(
  objective: PictureObjective,
  data: TrainingData,
  { batchSize = 256, signal, onProgress }: Omit<EvaluateOptions, "onJudgement"> = {},
): Promise<PictureEvaluation> {
  const random = new Random("evaluation");
  let [sum, count] = [0, 0];
  for await (const { images, shape } of data.batches({ epoch: 0, batchSize, ...(signal && { signal }) })) {
    signal?.throwIfAborted();
    const pictures = tensor4d(images, [...shape]);
    const value = tidy(() => objective(pictures, { random: random.fork(count) }));
    try {
      sum += (await value.data())[0]! * shape[0];
      count += shape[0];
    } finally {
      value.dispose();
      pictures.dispose();
    }
    onProgress?.({ images: count, total: data.length });
    await eventLoopTurn();
  }
  if (count === 0) throw new TesseraError("evaluatePictures: expected images, got none; does the split leave any?");
  return { loss: sum / count, images: count };
}
