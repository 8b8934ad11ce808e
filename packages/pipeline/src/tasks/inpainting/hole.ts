import { TesseraError } from "@tessera/core";
import { type DecodeOptions, type ImageInput, type RgbImage, type Window, decodeImage } from "@tessera/data";

/** A rectangle of pixels from the top left, or a picture of the picture's size that is bright where it is to be filled. */
export type HoleInput = HoleBox | ImageInput;

/** What of a picture is to be filled, as a rectangle. It may reach beyond the picture. */
export interface HoleBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The pixels of a picture that are to be filled: 1 each. */
export interface Hole {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The mean of a mask's three bytes from which on a pixel is to be filled. */
const BRIGHT = 128;

/**
 * The hole in a picture of this size.
 *
 * @throws {TesseraError} for a box that is no box or lies beside the picture, a mask that cannot be read, and one of another size.
 */
export async function readHole(
  hole: HoleInput,
  { width, height }: Pick<RgbImage, "width" | "height">,
  decoding: DecodeOptions = {},
): Promise<Hole> {
  if (isBox(hole)) return ofBox(hole, width, height);
  const mask = await decodeImage(hole, decoding);
  if (mask.width !== width || mask.height !== height)
    throw new TesseraError(
      `inpainter: expected a mask of the picture's ${width}×${height} pixels, got ${mask.width}×${mask.height}; draw it on the picture`,
    );
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const sum = mask.data[3 * i]! + mask.data[3 * i + 1]! + mask.data[3 * i + 2]!;
    data[i] = sum >= 3 * BRIGHT ? 1 : 0;
  }
  return { width, height, data };
}

/** The least rectangle that has all of a hole; undefined where there is none. */
export function bounds({ width, height, data }: Hole): Window | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part of a hole within a window. */
export function holeIn(hole: Hole, { left, top, width, height }: Window): Hole {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * hole.width + left;
    data.set(hole.data.subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

function isBox(hole: HoleInput): hole is HoleBox {
  return typeof hole === "object" && "x" in hole && "y" in hole && !("data" in hole);
}

function ofBox(box: HoleBox, width: number, height: number): Hole {
  const sides = [box.x, box.y, box.width, box.height];
  if (!sides.every(Number.isInteger) || box.width < 1 || box.height < 1)
    throw new TesseraError(
      `inpainter: expected a box of whole pixels, at least one wide and high, got x ${box.x}, y ${box.y}, ${box.width}×${box.height}`,
    );
  const data = new Uint8Array(width * height);
  const [left, right] = [Math.max(0, box.x), Math.min(width, box.x + box.width)];
  for (let y = Math.max(0, box.y); y < Math.min(height, box.y + box.height); y++)
    if (right > left) data.fill(1, y * width + left, y * width + right);
  if (!data.includes(1))
    throw new TesseraError(
      `inpainter: expected a box on the picture of ${width}×${height} pixels, got one beside it at x ${box.x}, y ${box.y}`,
    );
  return { width, height, data };
}
