import { tensor4d } from "@tensorflow/tfjs-core";
import type { Module } from "@tessera/core";
import type { TrainingData } from "../data.ts";
import { type PictureEvaluation, evaluatePictures } from "../metrics/evaluate-pictures.ts";
import type { FitPicturesOptions, FitResult } from "./options.ts";
import { run } from "./run.ts";

/**
 * Trains a model on pictures without labels, as `fit` trains a classifier: the same steps, checkpoints and averages. What is made least is
 * the objective: a masked autoencoder's is the error of the patches that it did not see.
 *
 * @throws {TesseraError} as `fit`.
 */
export async function fitPictures(
  model: Module,
  data: TrainingData,
  options: FitPicturesOptions,
): Promise<FitResult<PictureEvaluation>> {
  const { objective } = options;
  return run(
    {
      model,
      begin({ images, shape }) {
        const pictures = tensor4d(images, [...shape]);
        return { objective: (ctx) => objective(pictures, { ...ctx, random: ctx.random! }), tensors: [pictures] };
      },
      evaluate: (pictures, how) => evaluatePictures(objective, pictures, how),
      judge: ({ loss }) => ({ value: loss, isLoss: true }),
    },
    data,
    options,
  );
}
