import type { Tensor4D } from "@tensorflow/tfjs-core";
import {
  type ImageInput,
  type Preprocessing,
  decodeImage,
  gpuPicture,
  preprocess,
  preprocessOnGpu,
} from "@tessera/data";

/** A picture as the model takes it: [height, width, 3], or a tensor of one that the GPU has prepared, to be disposed of. */
export type Pixels = Float32Array | Tensor4D;

/** That, and the milliseconds of its preprocessing; or why there is none. */
type Result = { values: Pixels; ms: number; error?: undefined } | { error: Error };

export type Prepared = { index: number; input: ImageInput } & Result;

/** Milliseconds that a run's preprocessing has taken so far. It holds the only thread, whoever waits meanwhile. */
export interface Spent {
  ms: number;
}

/** Node decodes in the four threads of libuv, and a decoded picture may be large: more at once would only take memory. */
const AT_ONCE = 4;

export interface PrepareOptions {
  /**
   * Leaves pictures that a page holds (`<video>`, `<canvas>`, `VideoFrame`, `ImageBitmap`, …) to the GPU where the backend
   * is webgpu: the same values, none of which passes through the CPU. @default true
   */
  gpuPreprocessing?: boolean | undefined;
  /** Ends the run with the signal's reason, at the next batch at the latest. */
  signal?: AbortSignal | undefined;
}

/**
 * Decodes and preprocesses pictures, a few at a time; `first` is the index of the first one. Never rejects: a picture that
 * cannot be read has an error instead of values, and so has one that an abort kept from being read.
 */
export async function prepare(
  inputs: readonly ImageInput[],
  first: number,
  preprocessing: Preprocessing,
  spent: Spent,
  options: PrepareOptions,
): Promise<Prepared[]> {
  const done: Prepared[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < inputs.length) {
      const at = next++;
      const input = inputs[at]!;
      done[at] = { index: first + at, input, ...(await prepareOne(input, preprocessing, spent, options)) };
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, inputs.length) }, work));
  return done;
}

async function prepareOne(
  input: ImageInput,
  preprocessing: Preprocessing,
  spent: Spent,
  options: PrepareOptions,
): Promise<Result> {
  try {
    const pixels = await open(input, preprocessing, options);
    const start = performance.now();
    const values = pixels();
    const ms = performance.now() - start;
    spent.ms += ms;
    return { values, ms };
  } catch (error) {
    return { error: error as Error };
  }
}

/** Waits for a picture; what is left to do is its preprocessing. */
async function open(
  input: ImageInput,
  preprocessing: Preprocessing,
  { gpuPreprocessing = true, signal }: PrepareOptions,
): Promise<() => Pixels> {
  signal?.throwIfAborted();
  const held = gpuPreprocessing ? await gpuPicture(input) : null;
  if (held) return () => preprocessOnGpu(held, preprocessing);
  const image = await decodeImage(input, { signal });
  return () => preprocess(image, preprocessing);
}
