import {
  type Tensor2D,
  type Tensor4D,
  argMax,
  cast,
  concat,
  fill,
  pad,
  slice,
  tidy,
  where,
  zeros,
} from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";

export interface OcclusionOptions {
  /** A class by its number. @default the class that the whole picture is taken for */
  target?: number | "predicted";
  /** Side of what is hidden, in pixels. */
  size: number;
  /** Pixels from one place to the next. @default size */
  stride?: number;
  /** What hides: a value as the model sees it. @default 0, mid-grey for most models */
  value?: number;
  /** Places that are computed together. @default 32 */
  batchSize?: number;
  /** Stops between two forwards. */
  signal?: AbortSignal;
}

/**
 * How much a class's score falls when a square of the picture is hidden: Zeiler and Fergus 2014. Asks for nothing but answers; a forward
 * for each place.
 *
 * @param image One picture, [1, h, w, c].
 * @throws {TesseraError} if there are several pictures, the square does not fit, or there is no such class.
 */
export async function occlusion(model: Explained, image: Tensor4D, options: OcclusionOptions): Promise<Heatmap> {
  const { target = "predicted", size, stride = size, value = 0, batchSize = 32, signal } = options;
  const [b, height, width, c] = image.shape;
  if (b !== 1) throw new TesseraError(`occlusion: expected one picture, got ${b}; call it for each`);
  if (!(size >= 1 && size <= Math.min(height, width)))
    throw new TesseraError(`occlusion: expected a size from 1 to ${Math.min(height, width)} pixels, got ${size}`);
  const [rows, columns] = [Math.floor((height - size) / stride) + 1, Math.floor((width - size) / stride) + 1];
  const [whole, chosen] = await answerOf(model, image, target);
  const values = new Float32Array(rows * columns);
  for (let at = 0; at < values.length; at += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, values.length - at);
    const scores = tidy(() => {
      const hidden = Array.from({ length: count }, (_, i) => {
        const [top, left] = [stride * Math.floor((at + i) / columns), stride * ((at + i) % columns)];
        const square = pad(fill([1, size, size, c], 1), [[0, 0], [top, height - size - top], [left, width - size - left], [0, 0]]); // prettier-ignore
        return where(cast(square, "bool"), value === 0 ? zeros(image.shape) : fill(image.shape, value), image);
      });
      return slice(model.forward(concat(hidden) as Tensor4D), [0, chosen], [count, 1]);
    });
    const answers = await scores.data();
    scores.dispose();
    for (const [i, score] of Array.from(answers).entries()) values[at + i] = whole - score;
  }
  return { values, rows, columns };
}

async function answerOf(model: Explained, image: Tensor4D, target: number | "predicted"): Promise<[number, number]> {
  const logits = tidy(() => model.forward(image)) as Tensor2D;
  const best = argMax(logits, 1);
  const [scores, [predicted = 0]] = [await logits.data(), await best.data()];
  for (const tensor of [logits, best]) tensor.dispose();
  const chosen = target === "predicted" ? predicted : target;
  if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < scores.length))
    throw new TesseraError(`occlusion: expected a class from 0 to ${scores.length - 1}, got ${target}`);
  return [scores[chosen]!, chosen];
}
