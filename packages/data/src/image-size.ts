import type { ImageFormat } from "./image-format.ts";
import type { Size } from "./placement.ts";

/**
 * A picture's sides as its header states them, before any turning; null when the header does not get that far.
 * For refusing huge pictures where the decoder only tells afterwards.
 */
export function imageSize(bytes: Uint8Array, format: Exclude<ImageFormat, "gif" | "tiff">): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return sizeReaders[format](view);
  } catch (error) {
    if (error instanceof RangeError) return null; // the header is cut
    throw error;
  }
}

const sizeReaders = { png: pngSize, jpeg: jpegSize, webp: webpSize, avif: avifSize };

function pngSize(view: DataView): Size {
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function jpegSize(view: DataView): Size | null {
  return jpegFrame(view);
}

/** The first frame header (SOF0 to SOF15) among a JPEG's segments. @throws RangeError where it is cut. */
export function jpegFrame(view: DataView): (Size & { readonly components: number }) | null {
  let at = 2;
  while (at < view.byteLength) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0xff) {
      at++; // fill bytes
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: view.getUint8(at + 9) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** @see https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(view: DataView): Size | null {
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: {
      // "VP8L"
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X"
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    default:
      return null;
  }
}

/** The largest `ispe` box: there is one for each of picture, alpha and tiles. */
function avifSize(view: DataView): Size | null {
  let largest: Size | null = null;
  for (let at = 0; at + 16 <= Math.min(view.byteLength, 65536); at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
