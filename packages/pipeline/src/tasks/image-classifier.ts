import { type Backbone, type OptionNames, TesseraError, checkedOptions } from "@tessera/core";
import type { ImageInput, Preprocessing } from "@tessera/data";
import type { WorkerOptions } from "../pool/options.ts";
import { type LoadModelOptions, type ModelSpec, checkSpec, loadModelOptions } from "../source/load-model.ts";
import { type ImageInputs, areMany, checkInputs } from "./inputs.ts";
import { openRunner } from "./open-runner.ts";
import { type Outcome, type RunOptions, type Timing, checkCount, runOptions } from "./run.ts";
import { sigmoid, softmax, topK } from "./top-k.ts";
import type { WarmUpOptions } from "./warm-up.ts";

export interface ImageClassifierOptions extends LoadModelOptions {
  /** None: the model is loaded into the caller's own thread. */
  workers?: undefined;
}

export interface PooledClassifierOptions extends LoadModelOptions {
  /** Threads in which the model is loaded and runs, so that the caller's own stays free. @default none: this thread */
  workers?: number | WorkerOptions | undefined;
}

const imageClassifierOptions: OptionNames<PooledClassifierOptions> = { ...loadModelOptions, workers: true };

/** A class, with its share of the softmax; where classes do not exclude each other, with a probability of its own. */
export interface Prediction {
  /** Output of the model. */
  index: number;
  label: string;
  /** From 0 to 1; all classes together give 1, unless they do not exclude each other. */
  score: number;
}

export interface ClassifyOptions extends RunOptions {
  /** How many classes, the best first. @default 5 */
  topK?: number | undefined;
}

const classifyOptions: OptionNames<ClassifyOptions> = { ...runOptions, topK: true };

/** A picture's classes, or why it could not be read. */
export type Classification = { index: number; input: ImageInput } & (
  | { top: Prediction[]; logits: Float32Array; ms: Timing; error?: undefined }
  | { error: Error }
);

/** Tells what is on pictures, wherever the model runs. */
export interface PooledClassifier {
  /** @throws {TesseraError} if the picture cannot be read; of workers also `busy` and `worker-ended`. */
  (image: ImageInput, options?: ClassifyOptions): Promise<Prediction[]>;
  (images: ImageInputs, options?: ClassifyOptions): Promise<Prediction[][]>;
  /**
   * Picture by picture, with logits and times; one that cannot be read gives its error and the rest go on. What is iterated may be
   * endless: it is asked for no more than a batch ahead, of workers two for each.
   */
  stream(images: ImageInputs, options?: ClassifyOptions): AsyncGenerator<Classification>;
  /**
   * Makes the first call as fast as later ones, and does not hold up the page: a GPU's programs are compiled side by side.
   * It counts for this `batchSize` and with or without `tta`, as calls will have them.
   */
  warmUp(options?: WarmUpOptions): Promise<void>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Frees the model, and ends its workers; what they have not answered yet is rejected. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** One whose model lies in this thread. Call it with one picture or with many; `dispose` it, or hold it with `using`. */
export interface ImageClassifier extends PooledClassifier {
  readonly model: Backbone;
}

/**
 * A classifier from a name, a folder or a file; the embedded default without one. Chooses a backend if none is set. With `workers`
 * the model is loaded and runs in threads of its own, and there is no `model` in this one.
 *
 * @throws {TesseraError} if there is no such model, its weights are those of another, or it has no head.
 */
export function imageClassifier(spec?: ModelSpec, options?: ImageClassifierOptions): Promise<ImageClassifier>;
export function imageClassifier(
  spec: ModelSpec | undefined,
  options: PooledClassifierOptions,
): Promise<PooledClassifier>;
export async function imageClassifier(
  spec?: ModelSpec,
  options: PooledClassifierOptions = {},
): Promise<PooledClassifier> {
  if (spec !== undefined) checkSpec("imageClassifier", spec);
  checkedOptions("imageClassifier", options, imageClassifierOptions);
  const runner = await openRunner("classify", "imageClassifier", spec, options);
  const { name, labels, preprocessing, multiLabel, isHeadNew, classes } = runner.facts;
  if (classes === 0) {
    runner.dispose();
    throw new TesseraError(
      `imageClassifier: expected a model with a head, got ${name} without one; imageEmbedder gives its features`,
    );
  }
  // one output is a yes or no, as for transformers
  const scoresOf = multiLabel || classes === 1 ? sigmoid : softmax;

  async function* stream(images: ImageInputs, given: ClassifyOptions = {}): AsyncGenerator<Classification> {
    checkInUse();
    const { topK: count = 5, ...how } = checkedOptions("imageClassifier", given, classifyOptions);
    checkCount("topK", count);
    checkInputs("imageClassifier", images);
    if (isHeadNew)
      options.onWarning?.(
        `the head of ${name} was drawn at random: what it says of classes means nothing before it is trained`,
      );
    for await (const outcome of runner.run(images, how)) yield classified(outcome, scoresOf, labels, count);
  }

  async function classify(
    images: ImageInput | ImageInputs,
    how?: ClassifyOptions,
  ): Promise<Prediction[] | Prediction[][]> {
    const many = areMany(images);
    const results: Prediction[][] = [];
    for await (const result of stream(many ? (images as ImageInputs) : [images as ImageInput], how)) {
      if (result.error) throw result.error;
      results.push(result.top);
    }
    return many ? results : results[0]!;
  }

  async function warmUp(how: WarmUpOptions = {}): Promise<void> {
    checkInUse();
    await runner.warmUp(how);
  }

  function checkInUse(): void {
    if (disposed) throw new TesseraError("imageClassifier: expected one in use, got one disposed of; make another");
  }

  let disposed = false;
  const dispose = () => {
    disposed = true;
    runner.dispose();
  };
  return Object.assign(classify as ImageClassifier, {
    stream,
    warmUp,
    modelName: name,
    ...("model" in runner && { model: runner.model }),
    labels,
    preprocessing,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

function classified(
  outcome: Outcome,
  scoresOf: (logits: Float32Array) => Float32Array,
  labels: readonly string[],
  count: number,
): Classification {
  if (outcome.error) return outcome;
  const { index, input, values, ms } = outcome;
  const scores = scoresOf(values);
  return {
    index,
    input,
    logits: values,
    ms,
    top: topK(scores, count).map((i) => ({ index: i, label: labels[i]!, score: scores[i]! })),
  };
}
