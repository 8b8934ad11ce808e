import { decodeImage } from "#decode";
import { fileName, readStored, type StoredFile } from "../files/stored-file.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Dataset } from "./dataset.ts";
import type { Labels } from "./labels.ts";

/** A data set of one file a picture. */
export function storedPictures(files: readonly StoredFile[], { classes, labels }: Labels): Dataset {
  return {
    classes,
    length: files.length,
    labelOf: (index) => labels[checkIndex(index, files.length)]!,
    nameOf: (index) => fileName(files[checkIndex(index, files.length)]!),
    read: (index, signal) => readPicture(files[checkIndex(index, files.length)]!, signal),
    locate: (index) => files[checkIndex(index, files.length)]!,
  };
}

/** A file's picture. @throws as `readStored` and `decodeImage`. */
export async function readPicture(file: StoredFile, signal?: AbortSignal): Promise<RgbImage> {
  return decodeImage(await readStored(file, signal), { signal });
}

/** @throws RangeError for what is no picture's number. */
export function checkIndex(index: number, length: number): number {
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new RangeError(`Dataset: expected a picture's number below ${length}, got ${index}`);
}

/** True for names that end as pictures' do. */
export function isPicture(path: string): boolean {
  return /\.(jpe?g|png|webp|avif|gif|tiff?)$/i.test(path);
}
