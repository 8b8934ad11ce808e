import { TesseraError } from "@tessera/core";
import { cmykToRgb } from "./cmyk.ts";
import { checkPixels, damaged, type DecodeOptions } from "./decode-options.ts";
import type { ImageFormat } from "./image-format.ts";
import { jpegFrame } from "./image-size.ts";
import type { Size } from "./placement.ts";
import type { RgbImage } from "./rgb-image.ts";

/** sharp's entry point, as far as we use it. */
type Sharp = typeof import("sharp").default;
type Pipeline = ReturnType<Sharp>;
type Metadata = Awaited<ReturnType<Pipeline["metadata"]>>;

/**
 * Loads sharp when a picture first needs it: it is an optional peer, and costs a tenth of a second.
 *
 * @throws TesseraError when it is not installed or has no binary for this machine.
 */
export async function loadSharp(load: () => Promise<{ default: Sharp }> = () => import("sharp")): Promise<Sharp> {
  try {
    return (await load()).default;
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    const got = missing ? "none" : (cause as Error).message.split("\n")[0];
    throw new TesseraError(
      `decodeImage: expected the package sharp to decode images in Node, got ${got}; npm install sharp`,
      { cause, code: "not-loaded" },
    );
  }
}

/** Decodes with libvips, undoing what it does otherwise than Pillow. */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: ImageFormat,
  name: string,
  options: DecodeOptions,
): Promise<RgbImage> {
  const sharp = await loadSharp();
  options.signal?.throwIfAborted();
  // Colour profiles are ignored, as Pillow does. Warnings are not errors: a JPEG with stray bytes is still a picture.
  const image = sharp(bytes, { ignoreIcc: true, autoOrient: true, failOn: "error", limitInputPixels: false });
  const simple = format === "jpeg" ? simpleJpegSize(bytes) : null;
  if (simple) {
    checkPixels(name, simple.width, simple.height, options);
    return reading(name, format, () => toRgb(image));
  }
  const metadata = await reading(name, format, () => image.metadata());
  checkPixels(name, metadata.width, metadata.height, options);
  options.signal?.throwIfAborted();
  return reading(name, format, () => pixels(image, metadata, bytes, format));
}

async function reading<T>(name: string, format: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0]!;
    throw damaged(name, format, reason, error);
  }
}

/**
 * The size of a JPEG in grey or colour; null for CMYK and what is cut. Of others it is asked what they are first, which
 * takes a fifth of a small picture's time.
 */
function simpleJpegSize(bytes: Uint8Array): Size | null {
  try {
    const frame = jpegFrame(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return frame?.components === 1 || frame?.components === 3 ? frame : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

async function pixels(image: Pipeline, metadata: Metadata, bytes: Uint8Array, format: ImageFormat): Promise<RgbImage> {
  if (metadata.space === "cmyk") return fromCmyk(image, metadata);
  if (isGrey16(metadata, bytes, format)) return fromGrey16(image);
  return toRgb(image);
}

async function toRgb(image: Pipeline): Promise<RgbImage> {
  const { data, info } = await image.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: plain(data) };
}

/** The ink as stored, since libvips would take it through colour profiles. */
async function fromCmyk(image: Pipeline, { depth }: Metadata): Promise<RgbImage> {
  const { samples, width, height } = await rawSamples(image.pipelineColourspace("cmyk").toColourspace("cmyk"));
  const shift = depth === "ushort" ? 8 : 0;
  const ink = Uint8Array.from(samples, (value) => value >> shift);
  return { width, height, data: cmykToRgb(ink) };
}

/** Pillow's 16-bit grey has no alpha: with one it keeps the high byte, as libvips does for all. */
function isGrey16({ space, channels }: Metadata, bytes: Uint8Array, format: ImageFormat): boolean {
  if (space !== "grey16") return false;
  const isPngWithoutAlpha = format === "png" && bytes[25] === 0; // a transparent grey is not an alpha channel either
  return channels === 1 || isPngWithoutAlpha;
}

/** Pillow clips 16-bit grey at 255 where it could scale it down. */
async function fromGrey16(image: Pipeline): Promise<RgbImage> {
  const { samples, width, height } = await rawSamples(image.removeAlpha().toColourspace("grey16"));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < samples.length; i++) data.fill(Math.min(255, samples[i]!), i * 3, i * 3 + 3);
  return { width, height, data };
}

/** Samples in 16 bits, as stored: 8-bit ones are not scaled up. */
async function rawSamples(image: Pipeline): Promise<{ samples: Uint16Array; width: number; height: number }> {
  const { data, info } = await image.raw({ depth: "ushort" }).toBuffer({ resolveWithObject: true });
  // A copy, since sharp's buffers need not begin at an even address.
  return { samples: new Uint16Array(plain(data).slice().buffer), width: info.width, height: info.height };
}

/** A Buffer as what it is, without Node's additions. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
