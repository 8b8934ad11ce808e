import { type Backbone, type OptionNames, TesseraError, checkedOptions } from "@tessera/core";
import type { ImageInput, Preprocessing } from "@tessera/data";
import type { WorkerOptions } from "../pool/options.ts";
import { type LoadModelOptions, type ModelSpec, checkSpec, loadModelOptions } from "../source/load-model.ts";
import { type ImageInputs, areMany, checkInputs } from "./inputs.ts";
import { openRunner } from "./open-runner.ts";
import { type RunOptions, type Timing, runOptions } from "./run.ts";
import type { WarmUpOptions } from "./warm-up.ts";

export interface ImageEmbedderOptions extends LoadModelOptions {
  /** None: the model is loaded into the caller's own thread. */
  workers?: undefined;
}

export interface PooledEmbedderOptions extends LoadModelOptions {
  /** Threads in which the model is loaded and runs, so that the caller's own stays free. @default none: this thread */
  workers?: number | WorkerOptions | undefined;
}

const imageEmbedderOptions: OptionNames<PooledEmbedderOptions> = { ...loadModelOptions, workers: true };

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

/** Turns pictures into vectors, the pooled features that the classifier's head sees, wherever the model runs. */
export interface PooledEmbedder {
  /** @throws {TesseraError} if the picture cannot be read; of workers also `busy` and `worker-ended`. */
  (image: ImageInput, options?: EmbedOptions): Promise<Float32Array>;
  (images: ImageInputs, options?: EmbedOptions): Promise<Float32Array[]>;
  /**
   * Picture by picture, with times; one that cannot be read gives its error and the rest go on. What is iterated may be endless: it
   * is asked for no more than a batch ahead, of workers two for each.
   */
  stream(images: ImageInputs, options?: EmbedOptions): AsyncGenerator<Embedding>;
  /**
   * Makes the first call as fast as later ones, and does not hold up the page: a GPU's programs are compiled side by side.
   * It counts for this `batchSize` and with or without `tta`, as calls will have them.
   */
  warmUp(options?: WarmUpOptions): Promise<void>;
  /** The model's name; `name` is taken by functions. */
  readonly modelName: string;
  readonly preprocessing: Preprocessing;
  /** Frees the model, and ends its workers; what they have not answered yet is rejected. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** One whose model lies in this thread. */
export interface ImageEmbedder extends PooledEmbedder {
  readonly model: Backbone;
}

/**
 * An embedder from a name, a folder or a file; the embedded default without one. Chooses a backend if none is set. With `workers` the
 * model is loaded and runs in threads of its own, and there is no `model` in this one.
 *
 * @throws {TesseraError} if there is no such model or its weights are those of another.
 */
export function imageEmbedder(spec?: ModelSpec, options?: ImageEmbedderOptions): Promise<ImageEmbedder>;
export function imageEmbedder(spec: ModelSpec | undefined, options: PooledEmbedderOptions): Promise<PooledEmbedder>;
export async function imageEmbedder(spec?: ModelSpec, options: PooledEmbedderOptions = {}): Promise<PooledEmbedder> {
  if (spec !== undefined) checkSpec("imageEmbedder", spec);
  checkedOptions("imageEmbedder", options, imageEmbedderOptions);
  const runner = await openRunner("embed", "imageEmbedder", spec, options);
  const { name, preprocessing } = runner.facts;

  async function* stream(images: ImageInputs, given: EmbedOptions = {}): AsyncGenerator<Embedding> {
    checkInUse();
    const { normalize = false, ...how } = checkedOptions("imageEmbedder", given, embedOptions);
    checkInputs("imageEmbedder", images);
    for await (const outcome of runner.run(images, how)) {
      if (outcome.error) yield outcome;
      else {
        const { index, input, values, ms } = outcome;
        yield { index, input, ms, embedding: normalize ? unit(values) : values };
      }
    }
  }

  async function embed(images: ImageInput | ImageInputs, how?: EmbedOptions): Promise<Float32Array | Float32Array[]> {
    const many = areMany(images);
    const results: Float32Array[] = [];
    for await (const result of stream(many ? (images as ImageInputs) : [images as ImageInput], how)) {
      if (result.error) throw result.error;
      results.push(result.embedding);
    }
    return many ? results : results[0]!;
  }

  async function warmUp(how: WarmUpOptions = {}): Promise<void> {
    checkInUse();
    await runner.warmUp(how);
  }

  function checkInUse(): void {
    if (disposed) throw new TesseraError("imageEmbedder: expected one in use, got one disposed of; make another");
  }

  let disposed = false;
  const dispose = () => {
    disposed = true;
    runner.dispose();
  };
  return Object.assign(embed as ImageEmbedder, {
    stream,
    warmUp,
    modelName: name,
    ...("model" in runner && { model: runner.model }),
    preprocessing,
    dispose,
    [Symbol.dispose]: dispose,
  });
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values) || 1;
  return values.map((value) => value / length);
}
