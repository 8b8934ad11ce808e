import type { RgbImage } from "../rgb-image.ts";

const passes = 3;

/**
 * Pillow 12's `ImageFilter.GaussianBlur`, equal to the bit: three box blurs of a fractional radius along rows, then along
 * columns (Gwosdek et al. 2011).
 *
 * @param deviation Of the normal distribution, in pixels.
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/BoxBlur.c
 */
export function gaussianBlur({ width, height, data }: RgbImage, deviation: number): RgbImage {
  const box = boxOf(boxRadius(deviation));
  const out = data.slice();
  if (deviation === 0) return { width, height, data: out };
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < 3; c++) blurLine(out, y * width * 3 + c, 3, width, box);
  }
  for (let i = 0; i < width * 3; i++) blurLine(out, i, width * 3, height, box);
  return { width, height, data: out };
}

/** The radius of a box whose blur, taken three times, has this deviation; in float32 as Pillow computes. */
function boxRadius(deviation: number): number {
  const { fround, floor, sqrt } = Math;
  const radius = fround(deviation);
  const variance = fround(fround(radius * radius) / passes);
  const length = fround(sqrt(12 * variance + 1));
  const whole = floor((length - 1) / 2);
  const numerator = fround((2 * whole + 1) * fround(whole * (whole + 1) - fround(3 * variance)));
  const denominator = fround(6 * fround(variance - (whole + 1) * (whole + 1)));
  return fround(whole + fround(numerator / denominator));
}

/** A box of `2 * radius + 1` whole pixels and one more at each end that counts less, in 24-bit fixed point. */
interface Box {
  readonly radius: number;
  readonly weight: number;
  readonly edge: number;
}

function boxOf(exact: number): Box {
  const { fround, trunc } = Math;
  const radius = trunc(exact);
  const weight = trunc(fround(2 ** 24 / fround(fround(exact * 2) + 1)));
  return { radius, weight, edge: Math.floor((2 ** 24 - (2 * radius + 1) * weight) / 2) };
}

/** Blurs `length` bytes, each `step` after the one before, three times in place; beyond its ends a line repeats them. */
function blurLine(data: Uint8Array, start: number, step: number, length: number, box: Box): void {
  const { radius, weight, edge } = box;
  const margin = radius + 1;
  const line = new Uint8Array(length + 2 * margin);
  for (let pass = 0; pass < passes; pass++) {
    for (let i = margin, s = start; i < margin + length; i++, s += step) line[i] = data[s]!;
    line.fill(line[margin]!, 0, margin);
    line.fill(line[margin + length - 1]!, margin + length);
    // What the window over the pixel before the first holds.
    let sum = 0;
    for (let i = 0; i < 2 * radius + 1; i++) sum += line[i]!;
    for (let left = 0, right = 2 * margin, s = start; left < length; left++, right++, s += step) {
      sum += line[right - 1]! - line[left]!;
      data[s] = (sum * weight + (line[left]! + line[right]!) * edge + 2 ** 23) * 2 ** -24; // cut to a whole number
    }
  }
}
