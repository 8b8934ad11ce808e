import { getBackend, tensor4d } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Detector } from "@tessera/detection";
import type { DetectionBatch, TrainingData } from "../data.ts";
import { type DetectionEvaluation, evaluateDetector } from "../metrics/evaluate-detector.ts";
import type { FitDetectorOptions, FitResult } from "./options.ts";
import { run } from "./run.ts";

/**
 * Trains a detector by its own loss, as `fit` trains a classifier: the same steps, checkpoints and averages.
 *
 * @throws {TesseraError} as `fit`, for another number of classes than the data have, and on WebGPU: who is to find which object is
 * decided by the predictions' values, which that backend gives to nobody who cannot wait.
 */
export async function fitDetector(
  model: Detector,
  data: TrainingData<DetectionBatch>,
  options: FitDetectorOptions,
): Promise<FitResult<DetectionEvaluation>> {
  const { classes } = model.config;
  if (classes !== data.classes.length)
    throw new TesseraError(
      `fitDetector: expected a detector of ${data.classes.length} classes, as the data have, got ${classes}`,
    );
  if (getBackend() === "webgpu")
    throw new TesseraError(
      "fitDetector: expected a backend whose values can be read at once, got webgpu; train on native or wasm",
    );
  const metric = options.evaluation?.metric ?? "AP";
  return run(
    {
      model,
      begin({ images, shape, sizes, targets }) {
        const pictures = tensor4d(images, [...shape]);
        return { objective: (ctx) => model.loss(pictures, targets, ctx, { sizes }), tensors: [pictures] };
      },
      evaluate: (pictures, how) => evaluateDetector(model, pictures, how),
      judge: ({ scores }) => ({ value: scores[metric], isLoss: false }),
    },
    data,
    options,
  );
}
