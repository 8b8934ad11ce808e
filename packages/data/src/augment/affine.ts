import type { RgbImage } from "../rgb-image.ts";
import type { Rgb } from "../statistics.ts";

/** How pixels between pixels are found while a picture is turned or sheared. */
export type AffineInterpolation = "nearest" | "bilinear" | "bicubic";

/** What is seen where a picture has been moved away, and how pixels are found. */
export interface AffineOptions {
  /** How a value between pixels is found. */
  readonly interpolation: AffineInterpolation;
  /** What comes in from outside of the picture. */
  readonly fill: Rgb;
}

/** [a, b, c, d, e, f]: the output's (x, y) is the picture's (a x + b y + c, d x + e y + f). */
type AffineMatrix = readonly [number, number, number, number, number, number];

/** Counter-clockwise around the centre: Pillow's `Image.rotate`. */
export function rotate(image: RgbImage, degrees: number, options: AffineOptions): RgbImage {
  const rest = degrees % 360;
  const turn = rest < 0 ? rest + 360 : rest; // Python's %, each rounding of which is followed here
  if (turn === 0) return image;
  const angle = -(turn * (Math.PI / 180));
  const rounded = (value: number) => Number(value.toFixed(15));
  const [cos, sin] = [rounded(Math.cos(angle)), rounded(Math.sin(angle))];
  const [x, y] = [image.width / 2, image.height / 2];
  return affine(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y], options);
}

/** Rows moved by `factor` pixels a row. */
export function shearX(image: RgbImage, factor: number, options: AffineOptions): RgbImage {
  return affine(image, [1, factor, 0, 0, 1, 0], options);
}

/** Columns moved by `factor` pixels a column. */
export function shearY(image: RgbImage, factor: number, options: AffineOptions): RgbImage {
  return affine(image, [1, 0, 0, factor, 1, 0], options);
}

/** To the left by so many pixels. */
export function translateX(image: RgbImage, pixels: number, options: AffineOptions): RgbImage {
  return affine(image, [1, 0, pixels, 0, 1, 0], options);
}

/** Up by so many pixels. */
export function translateY(image: RgbImage, pixels: number, options: AffineOptions): RgbImage {
  return affine(image, [1, 0, 0, 0, 1, pixels], options);
}

/**
 * A picture seen through a matrix, its size kept: Pillow 12's `Image.transform(size, AFFINE)`, equal to the bit.
 *
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/Geometry.c
 */
function affine(image: RgbImage, matrix: AffineMatrix, { interpolation, fill }: AffineOptions): RgbImage {
  const { width, height } = image;
  const out = filled(width, height, fill);
  if (interpolation === "nearest") pickNearest(image, matrix, out);
  else {
    const sample = interpolation === "bilinear" ? bilinear : bicubic;
    const [a, b, c, d, e, f] = matrix;
    for (let y = 0, o = 0; y < height; y++) {
      for (let x = 0; x < width; x++, o += 3) {
        const sx = a * (x + 0.5) + b * (y + 0.5) + c;
        const sy = d * (x + 0.5) + e * (y + 0.5) + f;
        if (sx >= 0 && sx < width && sy >= 0 && sy < height) sample(image, sx - 0.5, sy - 0.5, out, o);
      }
    }
  }
  return { width, height, data: out };
}

function filled(width: number, height: number, fill: Rgb): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  if (fill.every((value) => value === 0)) return out;
  for (let i = 0; i < out.length; i += 3) {
    out[i] = fill[0];
    out[i + 1] = fill[1];
    out[i + 2] = fill[2];
  }
  return out;
}

/** Pillow steps in 16.16 fixed point from pixel to pixel. */
function pickNearest({ width, height, data }: RgbImage, [a, b, c, d, e, f]: AffineMatrix, out: Uint8Array): void {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [stepX, stepY] = [fixed(a), fixed(d)];
  let rowX = fixed(c + a * 0.5 + b * 0.5);
  let rowY = fixed(f + d * 0.5 + e * 0.5);
  for (let y = 0, o = 0; y < height; y++, rowX += fixed(b), rowY += fixed(e)) {
    for (let x = 0, sx = rowX, sy = rowY; x < width; x++, sx += stepX, sy += stepY, o += 3) {
      const column = sx >> 16;
      const row = sy >> 16;
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      const s = (row * width + column) * 3;
      out[o] = data[s]!;
      out[o + 1] = data[s + 1]!;
      out[o + 2] = data[s + 2]!;
    }
  }
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : value > most ? most : value;
}

/** Columns beyond the border repeat it; a row beyond it repeats the row before. */
function bilinear({ width, height, data }: RgbImage, sx: number, sy: number, out: Uint8Array, o: number): void {
  const x = Math.floor(sx);
  const y = Math.floor(sy);
  const dx = sx - x;
  const dy = sy - y;
  const x0 = clamp(x, width - 1) * 3;
  const x1 = clamp(x + 1, width - 1) * 3;
  const above = clamp(y, height - 1) * width * 3;
  const below = y + 1 >= 0 && y + 1 < height ? (y + 1) * width * 3 : above;
  for (let k = 0; k < 3; k++) {
    const p = data[above + x0 + k]!;
    const q = data[below + x0 + k]!;
    const upper = p + (data[above + x1 + k]! - p) * dx;
    const lower = q + (data[below + x1 + k]! - q) * dx;
    out[o + k] = upper + (lower - upper) * dy; // a byte is what is before the point
  }
}

/** Keys' cubic with A = −1, where Pillow's resizing has −0.5. */
function cubic(v0: number, v1: number, v2: number, v3: number, d: number): number {
  const p2 = v2 - v0;
  const p3 = 2 * (v0 - v1) + v2 - v3;
  const p4 = -v0 + v1 - v2 + v3;
  return v1 + d * (p2 + d * (p3 + d * p4));
}

function bicubic({ width, height, data }: RgbImage, sx: number, sy: number, out: Uint8Array, o: number): void {
  const x = Math.floor(sx);
  const y = Math.floor(sy);
  const dx = sx - x;
  const dy = sy - y;
  const bytes = width * 3;
  const x0 = clamp(x - 1, width - 1) * 3;
  const x1 = clamp(x, width - 1) * 3;
  const x2 = clamp(x + 1, width - 1) * 3;
  const x3 = clamp(x + 2, width - 1) * 3;
  const r0 = clamp(y - 1, height - 1) * bytes;
  const r1 = y >= 0 && y < height ? y * bytes : r0;
  const r2 = y + 1 >= 0 && y + 1 < height ? (y + 1) * bytes : r1;
  const r3 = y + 2 >= 0 && y + 2 < height ? (y + 2) * bytes : r2;
  for (let k = 0; k < 3; k++) {
    const a = cubic(data[r0 + x0 + k]!, data[r0 + x1 + k]!, data[r0 + x2 + k]!, data[r0 + x3 + k]!, dx);
    const b = cubic(data[r1 + x0 + k]!, data[r1 + x1 + k]!, data[r1 + x2 + k]!, data[r1 + x3 + k]!, dx);
    const c = cubic(data[r2 + x0 + k]!, data[r2 + x1 + k]!, data[r2 + x2 + k]!, data[r2 + x3 + k]!, dx);
    const d = cubic(data[r3 + x0 + k]!, data[r3 + x1 + k]!, data[r3 + x2 + k]!, data[r3 + x3 + k]!, dx);
    const value = cubic(a, b, c, d, dy);
    out[o + k] = value <= 0 ? 0 : value >= 255 ? 255 : value;
  }
}
