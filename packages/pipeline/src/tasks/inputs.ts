import { TesseraError, shown } from "@tessera/core";
import type { ImageInput } from "@tessera/data";

/** Pictures one after the other: a list, a generator, a stream. One that is awaited is asked for no more than is needed next. */
export type ImageInputs = Iterable<ImageInput> | AsyncIterable<ImageInput>;

/** Pictures that are computed together, and the index of the first among all. */
export interface InputBatch {
  readonly first: number;
  readonly inputs: readonly ImageInput[];
}

/** True for several pictures. A text, an address and bytes are one, though some of them can be iterated. */
export function areMany(images: ImageInput | ImageInputs): boolean {
  if (typeof images !== "object" || images === null || images instanceof Uint8Array) return false;
  return Symbol.asyncIterator in images || Symbol.iterator in images;
}

/** @throws {TesseraError} for what is one picture, or none. */
export function checkInputs(where: string, images: ImageInputs): void {
  if (!areMany(images))
    throw new TesseraError(
      `${where}: expected a list or an iterable of pictures, got ${shown(images)}; put one picture in an array`,
    );
}

/** Pictures in batches, none asked for before its batch is. */
export async function* inputBatches(images: ImageInputs, size: number): AsyncGenerator<InputBatch, undefined> {
  let [first, inputs]: [number, ImageInput[]] = [0, []];
  for await (const image of images) {
    inputs.push(image);
    if (inputs.length < size) continue;
    yield { first, inputs };
    first += size;
    inputs = [];
  }
  if (inputs.length > 0) yield { first, inputs };
  return undefined;
}
