import { type Tensor2D, tidy } from "@tensorflow/tfjs-core";
import { type OptionNames, TesseraError } from "@tessera/core";
import type { ImageInput, Preprocessing } from "@tessera/data";
import { batchOf, release } from "./batch.ts";
import type { Forward, Forwards } from "./forwards.ts";
import { type ImageInputs, inputBatches } from "./inputs.ts";
import { type PrepareOptions, type Prepared, type Spent, prepare } from "./prepare.ts";
import { untilAborted } from "./until-aborted.ts";

/** Milliseconds of one picture. Those of all pictures add up to no more than passed. */
export interface Timing {
  /** Its share of waiting for the batch's files and their decoding. What went on while others were computed cost nothing. */
  decode: number;
  preprocess: number;
  /** Its share of the batch's forward pass. */
  forward: number;
}

/** One picture's result, or why there is none. */
export type Outcome = { index: number; input: ImageInput } & (
  | { values: Float32Array; ms: Timing; error?: undefined }
  | { error: Error }
);

export interface RunOptions extends PrepareOptions {
  /** Pictures that are computed together. @default 8 */
  batchSize?: number | undefined;
  /** Averages the outputs for the picture and its mirror image. @default false */
  tta?: boolean | undefined;
}

/** The names of those options. */
export const runOptions: OptionNames<RunOptions> = {
  batchSize: true,
  tta: true,
  gpuPreprocessing: true,
  signal: true,
};

/** @throws {TesseraError} unless it is a whole number from 1. */
export function checkCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1)
    throw new TesseraError(`${name}: expected a whole number from 1, got ${count}`);
}

/**
 * One row of numbers a picture, in order. A picture that cannot be read gives its error and the rest go on; while a batch
 * is computed, the next is decoded, so what is iterated is asked for one batch ahead.
 */
export async function* run(
  images: ImageInputs,
  preprocessing: Preprocessing,
  { plain, mirrored }: Forwards,
  { batchSize = 8, tta = false, ...how }: RunOptions,
): AsyncGenerator<Outcome> {
  checkCount("batchSize", batchSize);
  how.signal?.throwIfAborted();
  const spent: Spent = { ms: 0 };
  const batches = inputBatches(images, batchSize);
  const prepareNext = () => {
    const prepared = batches
      .next()
      .then(({ value }) => value && prepare(value.inputs, value.first, preprocessing, spent, how));
    // It may fail while the batch before it is computed, when nobody waits for it yet.
    prepared.catch(() => undefined);
    return prepared;
  };
  let next = prepareNext();
  try {
    for (;;) {
      const waiting = stopwatch(spent);
      const batch = await untilAborted(next, how.signal);
      if (!batch) return;
      const decode = waiting() / batch.length;
      how.signal?.throwIfAborted();
      next = prepareNext();
      const computing = stopwatch(spent);
      const rows = await compute(batch, preprocessing, tta ? mirrored : plain);
      const each = computing() / rows.length;
      for (const prepared of batch) {
        const { index, input, error } = prepared;
        if (error) yield { index, input, error };
        else yield { index, input, values: rows.shift()!, ms: { decode, preprocess: prepared.ms, forward: each } };
      }
    }
  } finally {
    // Whoever stops early leaves a batch that was prepared for nothing, and pictures that are not asked for.
    void next.then(
      (batch) => batch && release(batch),
      () => undefined,
    );
    void batches.return(undefined);
  }
}

/** The outputs of those pictures that could be read. */
async function compute(batch: readonly Prepared[], { size }: Preprocessing, forward: Forward): Promise<Float32Array[]> {
  const readable = batch.flatMap((prepared) => (prepared.error ? [] : [prepared.values]));
  if (readable.length === 0) return [];
  let output: Tensor2D;
  try {
    output = tidy(() => forward(batchOf(readable, size)));
  } finally {
    release(batch);
  }
  try {
    const values = (await output.data<"float32">()) as Float32Array;
    const [, outputs] = output.shape;
    return readable.map((_, i) => values.slice(i * outputs, (i + 1) * outputs));
  } finally {
    output.dispose();
  }
}

/** Tells the milliseconds since, without those of preprocessing, which may fall into any wait. */
function stopwatch(spent: Spent): () => number {
  const [start, before] = [performance.now(), spent.ms];
  return () => performance.now() - start - (spent.ms - before);
}
