import { ShapeError } from "@tessera/core";

/** A picture in memory: 8-bit RGB, row-major, three bytes a pixel, no padding between rows. */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** [height, width, 3], values 0 to 255. */
  readonly data: Uint8Array;
}

/**
 * Checks that a picture's bytes agree with its sizes.
 *
 * @throws ShapeError when a side is not a positive integer or `data` is not `width * height * 3` bytes.
 */
export function checkRgbImage(image: RgbImage, where: string): void {
  const { width, height, data } = image;
  if (!isSide(width) || !isSide(height)) {
    throw new ShapeError(`${where}: expected a width and height of at least 1, got ${width}×${height}`);
  }
  if (data.length !== width * height * 3) {
    throw new ShapeError(
      `${where}: expected ${width * height * 3} bytes for ${width}×${height} RGB, got ${data.length}`,
    );
  }
}

/** True for what can be a picture's side: a whole number of pixels, at least one. */
export function isSide(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
