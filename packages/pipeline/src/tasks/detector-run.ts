import { tensor4d } from "@tensorflow/tfjs-core";
import {
  type DetectionPreprocessing,
  type ImageInput,
  type RgbImage,
  decodeImage,
  paddedFrame,
  preprocess,
  preprocessingFor,
} from "@tessera/data";
import type { Detections, Detector } from "@tessera/detection";
import type { LoadedDetector } from "../source/load-detector.ts";
import { type ImageInputs, type InputBatch, inputBatches } from "./inputs.ts";
import { type Timing, checkCount } from "./run.ts";
import { untilAborted } from "./until-aborted.ts";

/** What was found on one picture, or why it could not be read. */
export type DetectorOutcome = { index: number; input: ImageInput } & (
  | { found: Detections; width: number; height: number; ms: Timing; error?: undefined }
  | { error: Error }
);

export interface DetectorRunOptions {
  /** Pictures that are computed together, padded to the largest. @default 1, as padding costs what pictures do */
  batchSize?: number | undefined;
  /** Ends the run with the signal's reason, at the next batch at the latest. */
  signal?: AbortSignal | undefined;
}

type Decoded = { index: number; input: ImageInput } & ({ image: RgbImage; error?: undefined } | { error: Error });

/**
 * Objects of each picture, in the pictures' order. One that cannot be read gives its error and the rest go on; while a batch is computed,
 * the next is decoded.
 */
export async function* runDetector(
  images: ImageInputs,
  { model, preprocessing }: Pick<LoadedDetector, "model" | "preprocessing">,
  { batchSize = 1, signal }: DetectorRunOptions,
): AsyncGenerator<DetectorOutcome> {
  checkCount("batchSize", batchSize);
  signal?.throwIfAborted();
  const batches = inputBatches(images, batchSize);
  const decodeNext = () => {
    const decoded = batches.next().then(({ value }) => value && decodeAll(value, signal));
    // It may fail while the batch before it is computed, when nobody waits for it yet.
    decoded.catch(() => undefined);
    return decoded;
  };
  let next = decodeNext();
  try {
    for (;;) {
      const start = performance.now();
      const batch = await untilAborted(next, signal);
      if (!batch) return;
      const decode = (performance.now() - start) / batch.length;
      signal?.throwIfAborted();
      next = decodeNext();
      const { found, ms } = await computed(batch, model, preprocessing);
      for (const one of batch) {
        if (one.error) yield one;
        else {
          const { index, input, image } = one;
          const { width, height } = image;
          yield { index, input, width, height, found: found.shift()!, ms: { decode, ...ms } };
        }
      }
    }
  } finally {
    // Whoever stops early leaves pictures that are not asked for.
    void next.catch(() => undefined);
    void batches.return(undefined);
  }
}

function decodeAll({ first, inputs }: InputBatch, signal: AbortSignal | undefined): Promise<Decoded[]> {
  return Promise.all(
    inputs.map(async (input, i): Promise<Decoded> => {
      try {
        return { index: first + i, input, image: await decodeImage(input, { signal }) };
      } catch (error) {
        return { index: first + i, input, error: error as Error };
      }
    }),
  );
}

/** What was found on the pictures that could be read, and each one's share of the time. */
async function computed(
  batch: readonly Decoded[],
  model: Detector,
  spec: DetectionPreprocessing,
): Promise<{ found: Detections[]; ms: Omit<Timing, "decode"> }> {
  const images = batch.flatMap((one) => (one.error ? [] : [one.image]));
  if (images.length === 0) return { found: [], ms: { preprocess: 0, forward: 0 } };
  const start = performance.now();
  const specs = images.map((image) => preprocessingFor(image, spec));
  const values = images.map((image, i) => preprocess(image, specs[i]!));
  const between = performance.now();
  const sizes = specs.map(({ size }) => size);
  const { values: frames, shape } = paddedFrame(values, sizes);
  const batched = tensor4d(frames, [...shape]);
  try {
    const found = await model.detect(batched, { sizes, originals: images.map(({ height, width }) => [height, width]) });
    const share = (ms: number) => ms / images.length;
    return { found, ms: { preprocess: share(between - start), forward: share(performance.now() - between) } };
  } finally {
    batched.dispose();
  }
}
