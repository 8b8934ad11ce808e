import { type Backbone, type OptionNames, TesseraError, checkedOptions } from "@tessera/core";
import type { ImageInput, Preprocessing } from "@tessera/data";
import { forwardsOf } from "./forwards.ts";
import { type LoadModelOptions, type ModelSpec, checkSpec, loadModel, loadModelOptions } from "../source/load-model.ts";
import { type RunOptions, type Timing, run, runOptions } from "./run.ts";
import { type WarmUpOptions, warmUpRun } from "./warm-up.ts";

export type ImageEmbedderOptions = LoadModelOptions;

export interface EmbedOptions extends RunOptions {
  /** Scales embeddings to length 1, so that a dot product is their cosine. @default false */
  normalize?: boolean | undefined;
}

const embedOptions: OptionNames<EmbedOptions> = { ...runOptions, normalize: true };

/** A picture's embedding, or why it could not be read. */
export type Embedding = { index: number; input: ImageInput } & (
  | { embedding: Float32Array; ms: Timing; error?: undefined }
  | { error: Error }
);

/** Turns pictures into vectors: the pooled features that the classifier's head sees. */
export interface ImageEmbedder {
  /** @throws {TesseraError} if the picture cannot be read. */
  (image: ImageInput, options?: EmbedOptions): Promise<Float32Array>;
  (images: readonly ImageInput[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** Picture by picture, with times; one that cannot be read gives its error and the rest go on. */
  stream(images: readonly ImageInput[], options?: EmbedOptions): AsyncGenerator<Embedding>;
  /**
   * Makes the first call as fast as later ones, and does not hold up the page: a GPU's programs are compiled side by side.
   * It counts for this `batchSize` and with or without `tta`, as calls will have them.
   */
  warmUp(options?: WarmUpOptions): Promise<void>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly model: Backbone;
  readonly preprocessing: Preprocessing;
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * An embedder from a name, a folder or a file; the embedded default without one. Chooses a backend if none is set.
 *
 * @throws {TesseraError} if there is no such model or its weights are those of another.
 */
export async function imageEmbedder(spec?: ModelSpec, options: ImageEmbedderOptions = {}): Promise<ImageEmbedder> {
  if (spec !== undefined) checkSpec("imageEmbedder", spec);
  checkedOptions("imageEmbedder", options, loadModelOptions);
  const { name, model, preprocessing } = await loadModel(spec, options);
  const forwards = forwardsOf(model, (batch) => model.embed(batch));

  async function* stream(images: readonly ImageInput[], given: EmbedOptions = {}): AsyncGenerator<Embedding> {
    checkInUse();
    const { normalize = false, ...how } = checkedOptions("imageEmbedder", given, embedOptions);
    for await (const outcome of run(images, preprocessing, forwards, how)) {
      if (outcome.error) yield outcome;
      else {
        const { index, input, values, ms } = outcome;
        yield { index, input, ms, embedding: normalize ? unit(values) : values };
      }
    }
  }

  async function embed(
    images: ImageInput | readonly ImageInput[],
    how?: EmbedOptions,
  ): Promise<Float32Array | Float32Array[]> {
    const many = Array.isArray(images);
    const results: Float32Array[] = [];
    for await (const result of stream(many ? images : [images as ImageInput], how)) {
      if (result.error) throw result.error;
      results.push(result.embedding);
    }
    return many ? results : results[0]!;
  }

  async function warmUp(how: WarmUpOptions = {}): Promise<void> {
    checkInUse();
    await warmUpRun(forwards, preprocessing, how);
  }

  function checkInUse(): void {
    if (disposed) throw new TesseraError("imageEmbedder: expected one in use, got one disposed of; make another");
  }

  let disposed = false;
  const dispose = () => {
    disposed = true;
    model.dispose();
  };
  return Object.assign(embed as ImageEmbedder, {
    stream,
    warmUp,
    modelName: name,
    model,
    preprocessing,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values) || 1;
  return values.map((value) => value / length);
}
