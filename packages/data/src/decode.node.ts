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

/** `decodeImage` by sharp. */
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
