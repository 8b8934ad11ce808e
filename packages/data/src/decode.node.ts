import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { TesseraError } from "@tessera/core";
import { type DecodeOptions, unknownFormat } from "./decode-options.ts";
import { fetchBytes } from "./fetch-bytes.ts";
import { decodeGif } from "./gif.ts";
import { imageFormat } from "./image-format.ts";
import { bytesAlready, type ImageInput, type NamedBytes, pixelsAlready } from "./image-input.ts";
import { decodePng } from "./png/decode.ts";
import type { RgbImage } from "./rgb-image.ts";
import { decodeWithSharp } from "./sharp.node.ts";

/**
 * Decodes JPEG, PNG, WebP, AVIF, GIF (first frame) and TIFF to what Python's
 * `ImageOps.exif_transpose(Image.open(file)).convert("RGB")` gives: orientation applied, alpha dropped and not blended,
 * colour profiles ignored, 16-bit RGB cut to the high byte, 16-bit grey clipped at 255, CMYK by Pillow's formula.
 *
 * In Node through sharp, an optional peer loaded when first needed; in browsers through `createImageBitmap`, without
 * TIFF. Equal to Pillow 12.3 to the bit but for:
 * - AVIF in Node: halved chroma (4:2:0, 4:2:2), which libvips repeats where Pillow interpolates, 1 to 2 levels on average
 *   and many at sharp edges of colour; full chroma within 1 level;
 * - CMYK JPEG in Chromium: within 1 level; 16-bit grey PNG in browsers: scaled to 8 bits, not clipped;
 * - CIELAB and JPEG 2000 in TIFF, which are errors; an orientation that only XMP states, which is followed in PNG alone.
 *
 * @throws TesseraError for no such file, a folder, more than `maxPixels`, or no sharp; FormatError for an empty file,
 *   one that is not an image, or one that is damaged or cut; the signal's reason when it is aborted.
 */
export async function decodeImage(input: ImageInput, options: DecodeOptions = {}): Promise<RgbImage> {
  const { signal } = options;
  signal?.throwIfAborted();
  const already = typeof input === "object" && input !== null ? pixelsAlready(input) : null;
  if (already) return already;
  const { bytes, name } = await readInput(input, signal);
  const format = imageFormat(bytes);
  if (format === undefined) throw unknownFormat(name, bytes);
  const decoded = (file: Uint8Array) => decodeWithSharp(file, format, name, options);
  const image =
    format === "gif"
      ? decodeGif(bytes, name, options)
      : await (format === "png" ? decodePng(bytes, decoded) : decoded(bytes));
  signal?.throwIfAborted();
  return image;
}

async function readInput(input: ImageInput, signal?: AbortSignal): Promise<NamedBytes> {
  if (typeof input === "string" && !/^(https?|data|file|blob):/i.test(input)) return readPath(input, signal);
  if (typeof input === "string" || input instanceof URL) {
    const url = new URL(input);
    return url.protocol === "file:" ? readPath(fileURLToPath(url), signal) : fetchBytes(url, signal);
  }
  const already = await bytesAlready(input);
  if (!already) throw new TesseraError("decodeImage: expected a path, URL, bytes, Blob or pixels, got something else");
  return already;
}

async function readPath(path: string, signal?: AbortSignal): Promise<NamedBytes> {
  try {
    return { bytes: await readFile(path, { signal }), name: path };
  } catch (cause) {
    signal?.throwIfAborted();
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder" : message;
    throw new TesseraError(`decodeImage: expected an image file, got ${got}: ${path}`, {
      cause,
      code: code === "ENOENT" ? "not-found" : undefined,
    });
  }
}
