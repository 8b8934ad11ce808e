import { type OptionNames, TesseraError, checkedOptions } from "@tessera/core";
import type { DetectionPreprocessing, ImageInput } from "@tessera/data";
import type { Detector } from "@tessera/detection";
import {
  type DetectorSpec,
  type LoadDetectorOptions,
  loadDetector,
  loadDetectorOptions,
} from "../source/load-detector.ts";
import { checkSpec } from "../source/load-model.ts";
import { type DetectorOutcome, type DetectorRunOptions, runDetector } from "./detector-run.ts";
import { type ImageInputs, areMany, checkInputs } from "./inputs.ts";
import type { Timing } from "./run.ts";

/** Sides of a box, in pixels of the picture as it was given or as shares of it. A box may reach beyond the picture. */
export interface DetectedBox {
  xmin: number;
  ymin: number;
  xmax: number;
  ymax: number;
}

/** A thing that was found. */
export interface DetectedObject {
  /** Of the label, from 0 to 1. */
  score: number;
  label: string;
  /** Output of the model that the label is of. */
  index: number;
  box: DetectedBox;
}

export interface DetectOptions extends DetectorRunOptions {
  /** Leaves out what has a lower score. @default 0.9 */
  threshold?: number | undefined;
  /** Boxes as shares of the picture, from 0 to 1, instead of pixels. @default false */
  percentage?: boolean | undefined;
}

const detectOptions: OptionNames<DetectOptions> = { threshold: true, percentage: true, batchSize: true, signal: true };

/** A picture's objects, or why it could not be read. */
export type Detection = { index: number; input: ImageInput } & (
  | {
      objects: DetectedObject[];
      /** Pixels of the picture. */
      width: number;
      /** Pixels of the picture. */
      height: number;
      ms: Timing;
      error?: undefined;
    }
  | { error: Error }
);

/** Finds things on pictures. Call it with one picture or with many; `dispose` it, or hold it with `using`. */
export interface ObjectDetector {
  /**
   * What is found, the surest first.
   * @throws {TesseraError} if the picture cannot be read.
   */
  (image: ImageInput, options?: DetectOptions): Promise<DetectedObject[]>;
  (images: ImageInputs, options?: DetectOptions): Promise<DetectedObject[][]>;
  /**
   * Picture by picture, with sizes and times; one that cannot be read gives its error and the rest go on. What is iterated may be
   * endless: it is asked for no more than a batch ahead.
   */
  stream(images: ImageInputs, options?: DetectOptions): AsyncGenerator<Detection>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly labels: readonly string[];
  readonly preprocessing: DetectionPreprocessing;
  readonly model: Detector;
  /** Frees the model. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A detector from a name, a folder or a file: `objectDetector("facebook/detr-resnet-50")`. Chooses a backend if none is set.
 *
 * @throws {TesseraError} if there is no such detector, or its weights are those of another.
 */
export async function objectDetector(spec: DetectorSpec, options: LoadDetectorOptions = {}): Promise<ObjectDetector> {
  checkSpec("objectDetector", spec);
  checkedOptions("objectDetector", options, loadDetectorOptions);
  const loaded = await loadDetector(spec, options);
  const { name, model, labels, preprocessing } = loaded;

  async function* stream(images: ImageInputs, given: DetectOptions = {}): AsyncGenerator<Detection> {
    checkInUse();
    const { threshold = 0.9, percentage = false, ...how } = checkedOptions("objectDetector", given, detectOptions);
    if (!(threshold >= 0 && threshold <= 1))
      throw new TesseraError(`threshold: expected a score from 0 to 1, got ${threshold}`);
    checkInputs("objectDetector", images);
    for await (const outcome of runDetector(images, loaded, how)) {
      if (outcome.error) yield outcome;
      else {
        const { found: _, ...rest } = outcome;
        yield { ...rest, objects: objectsOf(outcome, labels, threshold, percentage) };
      }
    }
  }

  async function detect(
    images: ImageInput | ImageInputs,
    how?: DetectOptions,
  ): Promise<DetectedObject[] | DetectedObject[][]> {
    const many = areMany(images);
    const results: DetectedObject[][] = [];
    for await (const result of stream(many ? (images as ImageInputs) : [images as ImageInput], how)) {
      if (result.error) throw result.error;
      results.push(result.objects);
    }
    return many ? results : results[0]!;
  }

  function checkInUse(): void {
    if (disposed) throw new TesseraError("objectDetector: expected one in use, got one disposed of; make another");
  }

  let disposed = false;
  const dispose = () => {
    disposed = true;
    model.dispose();
  };
  return Object.assign(detect as ObjectDetector, {
    stream,
    modelName: name,
    labels,
    preprocessing,
    model,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

function objectsOf(
  { found: { labels: indices, scores, boxes }, width, height }: Extract<DetectorOutcome, { error?: undefined }>,
  labels: readonly string[],
  threshold: number,
  percentage: boolean,
): DetectedObject[] {
  const [across, down] = percentage ? [width, height] : [1, 1];
  return Array.from(indices, (index, i): DetectedObject => {
    const [xmin, ymin, xmax, ymax] = boxes.subarray(4 * i, 4 * i + 4) as Iterable<number> as [number, number, number, number]; // prettier-ignore
    return {
      score: scores[i]!,
      label: labels[index]!,
      index,
      box: { xmin: xmin / across, ymin: ymin / down, xmax: xmax / across, ymax: ymax / down },
    };
  })
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score);
}
