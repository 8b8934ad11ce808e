import { type ImageInput, type Preprocessing, decodeImage, preprocess } from "@tessera/data";

/** A picture as the model takes it, [height, width, 3], and the milliseconds of its preprocessing; or why there is none. */
type Result = { values: Float32Array; ms: number; error?: undefined } | { error: Error };

export type Prepared = { index: number; input: ImageInput } & Result;

/** Milliseconds that a run's preprocessing has taken so far. It holds the only thread, whoever waits meanwhile. */
export interface Spent {
  ms: number;
}

/** Node decodes in the four threads of libuv, and a decoded picture may be large: more at once would only take memory. */
const AT_ONCE = 4;

/**
 * Decodes and preprocesses pictures, a few at a time; `first` is the index of the first one. Never rejects: a picture that
 * cannot be read has an error instead of values, and so has one that an abort kept from being read.
 */
export async function prepare(
  inputs: readonly ImageInput[],
  first: number,
  preprocessing: Preprocessing,
  spent: Spent,
  signal: AbortSignal | undefined,
): Promise<Prepared[]> {
  const done: Prepared[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < inputs.length) {
      const at = next++;
      const input = inputs[at]!;
      done[at] = { index: first + at, input, ...(await prepareOne(input, preprocessing, spent, signal)) };
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, inputs.length) }, work));
  return done;
}

async function prepareOne(
  input: ImageInput,
  preprocessing: Preprocessing,
  spent: Spent,
  signal: AbortSignal | undefined,
): Promise<Result> {
  try {
    const image = await decodeImage(input, { signal });
    const start = performance.now();
    const values = preprocess(image, preprocessing);
    const ms = performance.now() - start;
    spent.ms += ms;
    return { values, ms };
  } catch (error) {
    return { error: error as Error };
  }
}
