import type { ImageInput, Preprocessing } from "@tessera/data";
import { type Backbone, type OptionNames, TesseraError, checkedOptions } from "@tessera/core";
import { forwardsOf } from "./forwards.ts";
import { type LoadModelOptions, type ModelSpec, checkSpec, loadModel, loadModelOptions } from "../source/load-model.ts";
import { type Outcome, type RunOptions, type Timing, checkCount, run, runOptions } from "./run.ts";
import { sigmoid, softmax, topK } from "./top-k.ts";
import { type WarmUpOptions, warmUpRun } from "./warm-up.ts";

export type ImageClassifierOptions = LoadModelOptions;

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

/** Tells what is on pictures. Call it with one or with many; `dispose` it, or hold it with `using`. */
export interface ImageClassifier {
  /** @throws {TesseraError} if the picture cannot be read. */
  (image: ImageInput, options?: ClassifyOptions): Promise<Prediction[]>;
  (images: readonly ImageInput[], options?: ClassifyOptions): Promise<Prediction[][]>;
  /** Picture by picture, with logits and times; one that cannot be read gives its error and the rest go on. */
  stream(images: readonly ImageInput[], options?: ClassifyOptions): AsyncGenerator<Classification>;
  /**
   * Makes the first call as fast as later ones, and does not hold up the page: a GPU's programs are compiled side by side.
   * It counts for this `batchSize` and with or without `tta`, as calls will have them.
   */
  warmUp(options?: WarmUpOptions): Promise<void>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly model: Backbone;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A classifier from a name, a folder or a file; the embedded default without one. Chooses a backend if none is set.
 *
 * @throws {TesseraError} if there is no such model, its weights are those of another, or it has no head.
 */
export async function imageClassifier(
  spec?: ModelSpec,
  options: ImageClassifierOptions = {},
): Promise<ImageClassifier> {
  if (spec !== undefined) checkSpec("imageClassifier", spec);
  checkedOptions("imageClassifier", options, loadModelOptions);
  const { name, model, labels, preprocessing, multiLabel, isHeadNew } = await loadModel(spec, options);
  if (model.config.classes === 0) {
    model.dispose();
    throw new TesseraError(
      `imageClassifier: expected a model with a head, got ${name} without one; imageEmbedder gives its features`,
    );
  }
  // one output is a yes or no, as for transformers
  const scoresOf = multiLabel || model.config.classes === 1 ? sigmoid : softmax;
  const forwards = forwardsOf(model, (batch) => model.forward(batch));

  async function* stream(images: readonly ImageInput[], given: ClassifyOptions = {}): AsyncGenerator<Classification> {
    checkInUse();
    const { topK: count = 5, ...how } = checkedOptions("imageClassifier", given, classifyOptions);
    checkCount("topK", count);
    if (isHeadNew)
      options.onWarning?.(
        `the head of ${name} was drawn at random: what it says of classes means nothing before it is trained`,
      );
    for await (const outcome of run(images, preprocessing, forwards, how))
      yield classified(outcome, scoresOf, labels, count);
  }

  async function classify(
    images: ImageInput | readonly ImageInput[],
    how?: ClassifyOptions,
  ): Promise<Prediction[] | Prediction[][]> {
    const many = Array.isArray(images);
    const results: Prediction[][] = [];
    for await (const result of stream(many ? images : [images as ImageInput], how)) {
      if (result.error) throw result.error;
      results.push(result.top);
    }
    return many ? results : results[0]!;
  }

  async function warmUp(how: WarmUpOptions = {}): Promise<void> {
    checkInUse();
    await warmUpRun(forwards, preprocessing, how);
  }

  function checkInUse(): void {
    if (disposed) throw new TesseraError("imageClassifier: expected one in use, got one disposed of; make another");
  }

  let disposed = false;
  const dispose = () => {
    disposed = true;
    model.dispose();
  };
  return Object.assign(classify as ImageClassifier, {
    stream,
    warmUp,
    modelName: name,
    model,
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
