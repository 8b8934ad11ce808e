import { TesseraError } from "@tessera/core";
import { asStored, bitmapOf } from "./bitmap-of.ts";
import { bitmapPixels } from "./bitmap-pixels.browser.ts";
import { checkPixels, damaged, type DecodeOptions, unknownFormat } from "./decode-options.ts";
import { fetchBytes } from "./fetch-bytes.ts";
import { decodeGif } from "./gif.ts";
import { imageFormat } from "./image-format.ts";
import { bytesAlready, type ImageInput, type NamedBytes, pixelsAlready } from "./image-input.ts";
import { imageSize } from "./image-size.ts";
import { decodePng } from "./png/decode.ts";
import type { RgbImage } from "./rgb-image.ts";
import { turn } from "./turn.ts";
import { takeWebpOrientation } from "./webp-orientation.ts";

/** `decodeImage` on what the browser decodes. */
export async function decodeImage(input: ImageInput, options: DecodeOptions = {}): Promise<RgbImage> {
  const { signal } = options;
  signal?.throwIfAborted();
  const already = typeof input === "object" && input !== null ? pixelsAlready(input) : null;
  if (already) return already;
  const file = await readInput(input, signal);
  const image = await (file
    ? decodeBytes(file.bytes, file.name, options)
    : readSource(input as ImageBitmapSource, options));
  signal?.throwIfAborted();
  return image;
}

async function readInput(input: ImageInput, signal?: AbortSignal): Promise<NamedBytes | null> {
  if (typeof input === "string") return fetchBytes(new URL(input, globalThis.location?.href), signal);
  return input instanceof URL ? fetchBytes(input, signal) : bytesAlready(input);
}

async function decodeBytes(bytes: Uint8Array, name: string, options: DecodeOptions): Promise<RgbImage> {
  const format = imageFormat(bytes);
  if (format === undefined) throw unknownFormat(name, bytes);
  if (format === "gif") return decodeGif(bytes, name, options);
  if (format === "tiff") {
    throw new TesseraError(
      `decodeImage: expected JPEG, PNG, WebP, AVIF or GIF in a browser, got TIFF: ${name}; convert it`,
    );
  }
  const size = imageSize(bytes, format);
  if (!size) throw damaged(name, format, "its header is cut");
  checkPixels(name, size.width, size.height, options);
  try {
    const decoded = async (file: Uint8Array): Promise<RgbImage> => {
      const blob = new Blob([file as BlobPart], { type: `image/${format}` });
      const bitmap = await createImageBitmap(blob, { ...asStored, imageOrientation: "from-image" });
      return bitmapPixels(bitmap, format === "jpeg");
    };
    if (format === "png") return await decodePng(bytes, decoded);
    if (format !== "webp") return await decoded(bytes);
    const upright = takeWebpOrientation(bytes);
    return turn(await decoded(upright.bytes), upright.orientation);
  } catch (error) {
    if (TesseraError.isInstance(error)) throw error;
    throw damaged(name, format, (error as Error).message, error);
  }
}

/** Something that holds a picture already. */
async function readSource(source: ImageBitmapSource, options: DecodeOptions): Promise<RgbImage> {
  const bitmap = await bitmapOf(source);
  checkPixels("the element given", bitmap.width, bitmap.height, options);
  return bitmapPixels(bitmap, false);
}
