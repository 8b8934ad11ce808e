import { type Tensor2D, type Tensor4D, add, engine, mul, reverse, tidy } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";
import { type ImageInput, type Preprocessing, type RgbImage, decodeImage, preprocessBatch } from "@tessera/data";

/** Milliseconds that one picture took; those of a batch are shared among its pictures. */
export interface Timing {
  decode: number;
  preprocess: number;
  forward: number;
}

/** One picture's result, or why there is none. */
export type Outcome = { index: number; input: ImageInput } & (
  | { values: Float32Array; ms: Timing; error?: undefined }
  | { error: Error }
);

export interface RunOptions {
  /** Pictures that are computed together. @default 8 */
  batchSize?: number | undefined;
  /** Averages the outputs for the picture and its mirror image. @default false */
  tta?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

interface Decoded {
  index: number;
  input: ImageInput;
  image?: RgbImage;
  error?: Error;
  ms: number;
}

/** Chooses a backend for callers who have not. */
export async function ensureBackend(): Promise<void> {
  if (!engine().backendName) await useBackend("auto");
}

/**
 * One row of numbers a picture, in order. A picture that cannot be read gives its error and the rest go on; while a batch
 * is computed, the next is decoded.
 */
export async function* run(
  inputs: readonly ImageInput[],
  preprocessing: Preprocessing,
  forward: (images: Tensor4D) => Tensor2D,
  { batchSize = 8, tta = false, signal }: RunOptions,
): AsyncGenerator<Outcome> {
  const batches = Array.from({ length: Math.ceil(inputs.length / batchSize) }, (_, i) =>
    inputs.slice(i * batchSize, (i + 1) * batchSize),
  );
  const decode = (batch: number) =>
    Promise.all((batches[batch] ?? []).map((input, i) => decodeOne(input, batch * batchSize + i, signal)));
  let next = decode(0);
  for (let batch = 0; batch < batches.length; batch++) {
    const decoded = await next;
    next = decode(batch + 1);
    signal?.throwIfAborted();
    yield* await compute(decoded, preprocessing, tta ? (images) => withMirror(images, forward) : forward);
  }
}

async function compute(
  decoded: Decoded[],
  preprocessing: Preprocessing,
  forward: (images: Tensor4D) => Tensor2D,
): Promise<Outcome[]> {
  const readable = decoded.flatMap(({ image }) => (image ? [image] : []));
  if (readable.length === 0) return decoded.map(({ index, input, error }) => ({ index, input, error: error! }));
  const start = performance.now();
  const images = preprocessBatch(readable, preprocessing);
  const prepared = performance.now();
  const output = tidy(() => forward(images));
  images.dispose();
  const values = (await output.data<"float32">()) as Float32Array;
  const [, width] = output.shape;
  output.dispose();
  const end = performance.now();
  let row = 0;
  return decoded.map(({ index, input, image, error, ms }) => {
    if (!image) return { index, input, error: error! };
    const timing = {
      decode: ms,
      preprocess: (prepared - start) / readable.length,
      forward: (end - prepared) / readable.length,
    };
    return { index, input, values: values.slice(row * width, ++row * width), ms: timing };
  });
}

async function decodeOne(input: ImageInput, index: number, signal: AbortSignal | undefined): Promise<Decoded> {
  const start = performance.now();
  try {
    const image = await decodeImage(input, { signal });
    return { index, input, image, ms: performance.now() - start };
  } catch (error) {
    signal?.throwIfAborted();
    return { index, input, error: error as Error, ms: performance.now() - start };
  }
}

function withMirror(images: Tensor4D, forward: (images: Tensor4D) => Tensor2D): Tensor2D {
  return mul(add(forward(images), forward(reverse(images, 2))), 0.5);
}
