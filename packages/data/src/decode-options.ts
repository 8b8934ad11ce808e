import { FormatError, TesseraError } from "@tessera/core";

/** How `decodeImage` decodes. */
export interface DecodeOptions {
  /**
   * The most pixels a picture may have: a small file can hold a huge picture. Larger ones are refused from their
   * header, before memory is taken. @default 178956970, as Pillow: 512 MiB of RGB
   */
  readonly maxPixels?: number;
  /** Ends the wait. What has started in libvips or the browser goes on unseen. */
  readonly signal?: AbortSignal;
}

/** Pillow's `Image.MAX_IMAGE_PIXELS`: a quarter gigabyte of 24-bit pixels, twice over. */
const defaultMaxPixels = 178_956_970;

/** @throws TesseraError for a picture of more pixels than the options allow. */
export function checkPixels(name: string, width: number, height: number, options: DecodeOptions): void {
  const { maxPixels = defaultMaxPixels } = options;
  if (width * height <= maxPixels) return;
  throw new TesseraError(
    `decodeImage: expected at most ${maxPixels} pixels, got ${width}×${height} = ${width * height} in ${name}; ` +
      "make the picture smaller, or pass a larger maxPixels",
  );
}

/** The error for bytes that are in no format we read. */
export function unknownFormat(name: string, bytes: Uint8Array): FormatError {
  if (bytes.length === 0) return new FormatError(`decodeImage: expected an image, got an empty file: ${name}`);
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new FormatError(
    `decodeImage: expected JPEG, PNG, WebP, AVIF, GIF or TIFF, got ${name}, which begins with ${start}`,
  );
}

/** The error for a file that begins as an image and then is not one. */
export function damaged(name: string, format: string, reason: string, cause?: unknown): FormatError {
  return new FormatError(
    `decodeImage: expected a whole ${format.toUpperCase()} image, got a damaged or cut one: ${name} (${reason})`,
    { cause },
  );
}
