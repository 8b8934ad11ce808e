import { checkRgbImage, type RgbImage } from "./rgb-image.ts";

/**
 * What `decodeImage` takes.
 *
 * - a string: a path in Node, an address in browsers; `http:`, `https:`, `data:` and `file:` addresses in Node too;
 * - a `URL`; the bytes of a file; a `Blob` or `File`;
 * - in browsers whatever holds a picture already: `ImageBitmap`, `<img>`, `<canvas>`, `<video>`, `VideoFrame`;
 * - `ImageData` and `RgbImage`, which only need their alpha dropped or nothing at all.
 */
export type ImageInput =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | RgbImage
  | ImageData
  | Exclude<CanvasImageSource, SVGImageElement>;

/** A file's contents. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  /** What an error calls it. */
  readonly name: string;
}

/** Inputs that are a file's bytes; null for others. */
export async function bytesAlready(input: object): Promise<NamedBytes | null> {
  if (input instanceof Uint8Array) return { bytes: input, name: "the bytes given" };
  if (input instanceof ArrayBuffer) return { bytes: new Uint8Array(input), name: "the bytes given" };
  if (input instanceof Blob) return { bytes: new Uint8Array(await input.arrayBuffer()), name: "the blob given" };
  return null;
}

/** `ImageData` or `RgbImage` as RGB, in Node as well; null for an input that must be decoded. */
export function pixelsAlready(input: object): RgbImage | null {
  const { width, height, data } = input as Partial<RgbImage | ImageData>;
  if (typeof width !== "number" || typeof height !== "number") return null;
  if (data instanceof Uint8ClampedArray) return dropAlpha(data, width, height);
  if (!(data instanceof Uint8Array)) return null;
  const image = { width, height, data };
  checkRgbImage(image, "decodeImage");
  return image;
}

/** RGBA to RGB. Colours stay as stored: nothing is blended with a background. */
function dropAlpha(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, s = 0; i < data.length; i += 3, s += 4) {
    data[i] = rgba[s]!;
    data[i + 1] = rgba[s + 1]!;
    data[i + 2] = rgba[s + 2]!;
  }
  return { width, height, data };
}
