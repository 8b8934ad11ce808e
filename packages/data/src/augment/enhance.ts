import type { RgbImage } from "../rgb-image.ts";
import { byteTable, lookUp } from "./look-up.ts";

// Pillow 12's ImageEnhance, equal to the bit: a blend of a poorer picture and the picture, by a factor of 0 and more.

/** Away from grey, or towards it below 1: `ImageEnhance.Color`. */
export function saturation(image: RgbImage, factor: number): RgbImage {
  return blend(greyscale(image).data, image, factor);
}

/** Away from black: `ImageEnhance.Brightness`. */
export function brightness(image: RgbImage, factor: number): RgbImage {
  return lookUp(
    image,
    byteTable((byte) => blended(0, byte, factor)),
  );
}

/** Away from the mean grey: `ImageEnhance.Contrast`. */
export function contrast(image: RgbImage, factor: number): RgbImage {
  const { data } = image;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += grey(data, i);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  return lookUp(
    image,
    byteTable((byte) => blended(mean, byte, factor)),
  );
}

/** Away from a blurred picture: `ImageEnhance.Sharpness`. */
export function sharpness(image: RgbImage, factor: number): RgbImage {
  return blend(smoothed(image), image, factor);
}

/** Grey in all three channels: torchvision's `rgb_to_grayscale`. */
export function greyscale({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) out[i] = out[i + 1] = out[i + 2] = grey(data, i);
  return { width, height, data: out };
}

/** ITU-R 601 luma in 16-bit fixed point. */
function grey(data: Uint8Array, i: number): number {
  return (19595 * data[i]! + 38470 * data[i + 1]! + 7471 * data[i + 2]! + 0x8000) >> 16;
}

function blend(poor: Uint8Array, { width, height, data }: RgbImage, factor: number): RgbImage {
  const by = Math.fround(factor);
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = blended(poor[i]!, data[i]!, by);
  return { width, height, data: out };
}

/** `poor + factor * (byte - poor)` in float32, clipped; what is after the point is cut off with the assignment. */
function blended(poor: number, byte: number, factor: number): number {
  const { fround } = Math;
  const value = fround(poor + fround(fround(factor) * (byte - poor)));
  return value <= 0 ? 0 : value >= 255 ? 255 : value;
}

/** `ImageFilter.SMOOTH`: (1 1 1; 1 5 1; 1 1 1) / 13, rounded; pixels at the border stay. */
function smoothed({ width, height, data }: RgbImage): Uint8Array {
  const out = data.slice();
  const row = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + 3, end = (y + 1) * row - 3; i < end; i++) {
      const above = data[i - row - 3]! + data[i - row]! + data[i - row + 3]!;
      const beside = data[i - 3]! + 5 * data[i]! + data[i + 3]!;
      const below = data[i + row - 3]! + data[i + row]! + data[i + row + 3]!;
      // Thirteenths are never halfway, so whole numbers round as Pillow's floats do.
      out[i] = Math.floor((2 * (above + beside + below) + 13) / 26);
    }
  }
  return out;
}
