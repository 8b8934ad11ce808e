import { TesseraError } from "@tessera/core";
import type { ImageInput } from "@tessera/data";
import type { ModelSpec } from "../source/load-model.ts";
import { isModelFiles } from "../source/model-files.ts";

/** A value with addresses as text: a `URL` cannot be sent between threads. */
export type Sent =
  | { readonly href: string }
  | { readonly files: Readonly<Record<string, Sent>> }
  | { readonly value: unknown };

/** What a model is found by, as another thread takes it. */
export function sent(source: unknown): Sent {
  if (source instanceof URL) return { href: source.href };
  if (isModelFiles(source as ModelSpec))
    return { files: Object.fromEntries(Object.entries(source as object).map(([name, file]) => [name, sent(file)])) };
  return { value: source };
}

/** The same on the other side. */
export function received(source: Sent): unknown {
  if ("href" in source) return new URL(source.href);
  if ("files" in source)
    return Object.fromEntries(Object.entries(source.files).map(([name, file]) => [name, received(file)]));
  return source.value;
}

/** A picture as another thread takes it, and what is given away with it. */
export interface SentPicture {
  readonly input: ImageInput;
  readonly transfer: readonly Transferable[];
}

/**
 * A picture for another thread: addresses as text, relative ones from the page's own, bytes as a copy, and what an element shows now as
 * a bitmap.
 *
 * @throws {TesseraError} for an element that shows nothing.
 */
export async function sentPicture(input: ImageInput): Promise<SentPicture> {
  const plain = (value: ImageInput): SentPicture => ({ input: value, transfer: [] });
  if (typeof input === "string") return plain("document" in globalThis ? new URL(input, document.baseURI).href : input);
  if (input instanceof URL) return plain(input.href);
  if (input instanceof Uint8Array) {
    const copy = Uint8Array.from(input);
    return { input: copy, transfer: [copy.buffer] };
  }
  if (!isHeldByPage(input)) return plain(input);
  try {
    const bitmap = await createImageBitmap(input, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    return { input: bitmap, transfer: [bitmap] };
  } catch (cause) {
    throw new TesseraError(
      `decodeImage: expected an element that shows a picture, got none (${(cause as Error).message})`,
      { cause },
    );
  }
}

/** What holds a picture and cannot be sent, or only be given away. */
const holders = ["HTMLImageElement", "HTMLCanvasElement", "HTMLVideoElement", "OffscreenCanvas", "ImageBitmap", "VideoFrame"]; // prettier-ignore

function isHeldByPage(input: unknown): input is ImageBitmapSource {
  return holders.some((name) => {
    const holder = (globalThis as Record<string, unknown>)[name];
    return typeof holder === "function" && input instanceof holder;
  });
}
