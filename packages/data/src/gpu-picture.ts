import { getBackend, getKernel } from "@tensorflow/tfjs-core";
import { preprocessOp } from "@tessera/core";
import { bitmapOf } from "./bitmap-of.ts";
import type { ImageInput } from "./image-input.ts";

/** A picture that a GPU reads where it lies. `preprocessOnGpu` takes it, and closes it. */
export interface GpuPicture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The picture, or its bytes [height, width, 4]: red, green, blue and an alpha that is not looked at. */
  readonly source: ImageBitmap | Uint8ClampedArray;
}

/** Sides of a texture and bytes of a buffer that every GPU takes. */
const LARGEST_SIDE = 8192;
const LARGEST_BYTES = 2 ** 27;

/** What a page holds decoded already; which of these exist depends on the page or worker. */
const holders = ["HTMLVideoElement", "HTMLCanvasElement", "OffscreenCanvas", "ImageBitmap", "VideoFrame", "HTMLImageElement"]; // prettier-ignore

/**
 * Takes hold of a picture for the backend's own preprocessing: what a `<video>`, `<canvas>`, `<img>`, `OffscreenCanvas`,
 * `VideoFrame` or `ImageBitmap` shows now, or `ImageData` in Node as well. Colours are those of `decodeImage`.
 *
 * @returns null where `decodeImage` and `preprocess` have to do it: on other backends than webgpu, for files, addresses
 * and `RgbImage`, and for pictures beyond 8192 pixels a side or 2^25 in all.
 * @throws TesseraError when an element shows nothing.
 */
export async function gpuPicture(input: ImageInput): Promise<GpuPicture | null> {
  if (!getKernel(preprocessOp.name, getBackend()) || typeof input !== "object" || input === null) return null;
  const { width = 0, height = 0, data } = input as Partial<ImageData>;
  if (data instanceof Uint8ClampedArray && data.length === 4 * width * height && fits(width, height)) {
    return { width, height, source: data };
  }
  if (!holds(input)) return null;
  const bitmap = await bitmapOf(input);
  if (fits(bitmap.width, bitmap.height)) return { width: bitmap.width, height: bitmap.height, source: bitmap };
  bitmap.close();
  return null;
}

function holds(input: object): input is ImageBitmapSource {
  return holders.some((name) => {
    const type = (globalThis as Record<string, unknown>)[name];
    return typeof type === "function" && input instanceof type;
  });
}

/** Rows of a texture are copied to multiples of 64 pixels. */
function fits(width: number, height: number): boolean {
  return Math.max(width, height) <= LARGEST_SIDE && Math.ceil(width / 64) * 64 * height * 4 <= LARGEST_BYTES;
}
