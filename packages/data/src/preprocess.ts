import { type Tensor3D, type Tensor4D, tensor3d, tensor4d } from "@tensorflow/tfjs-core";
import { ShapeError, TesseraError } from "@tessera/core";
import { frameImage } from "./frame.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { checkRgbImage, isSide, type RgbImage } from "./rgb-image.ts";
import type { Rgb } from "./statistics.ts";

/**
 * Resizes, crops and normalises a picture: `(byte * scale - mean) / std`, each step rounded to float32 as torch does,
 * so the values are torch's to the bit.
 *
 * @returns [h, w, 3], row-major.
 * @throws ShapeError when the picture's sizes and bytes disagree, TesseraError for a `spec` that makes no sense.
 */
export function preprocess(image: RgbImage, spec: Preprocessing): Float32Array {
  checkSpec(spec);
  const out = new Float32Array(spec.size[0] * spec.size[1] * 3);
  normaliseInto(out, frameImage(image, spec), channelTables(spec));
  return out;
}

/**
 * `preprocess` for many pictures, which may differ in size.
 *
 * @returns [b, h, w, 3], the caller's to dispose.
 * @throws as `preprocess`; TesseraError for no picture at all.
 */
export function preprocessBatch(images: readonly RgbImage[], spec: Preprocessing): Tensor4D {
  checkSpec(spec);
  if (images.length === 0) throw new TesseraError("preprocessBatch: expected at least one picture, got none");
  const [height, width] = spec.size;
  const one = height * width * 3;
  const values = new Float32Array(images.length * one);
  const tables = channelTables(spec);
  for (const [i, image] of images.entries()) {
    normaliseInto(values.subarray(i * one, (i + 1) * one), frameImage(image, spec), tables);
  }
  return tensor4d(values, [images.length, height, width, 3], "float32");
}

/**
 * A picture's values on a scale of 0 to 1, with no resizing.
 *
 * @returns [h, w, 3], the caller's to dispose.
 * @throws ShapeError when the picture's sizes and bytes disagree.
 */
export function toTensor(image: RgbImage): Tensor3D {
  checkRgbImage(image, "toTensor");
  const values = new Float32Array(image.data.length);
  normaliseInto(values, image, channelTables({ scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] }));
  return tensor3d(values, [image.height, image.width, 3], "float32");
}

/** [3, 256]: a byte has only 256 values, so normalising is a look-up. */
export function channelTables({ scale, mean, std }: { scale: number; mean: Rgb; std: Rgb }): Float32Array {
  const { fround } = Math;
  const table = new Float32Array(3 * 256);
  for (let c = 0; c < 3; c++) {
    for (let byte = 0; byte < 256; byte++) {
      table[c * 256 + byte] = fround(fround(byte * scale) - fround(mean[c]!)) / fround(std[c]!);
    }
  }
  return table;
}

/** Writes a picture's normalised values. */
export function normaliseInto(out: Float32Array, { data }: RgbImage, table: Float32Array): void {
  for (let i = 0; i < data.length; i += 3) {
    out[i] = table[data[i]!]!;
    out[i + 1] = table[256 + data[i + 1]!]!;
    out[i + 2] = table[512 + data[i + 2]!]!;
  }
}

/** @throws ShapeError or TesseraError for a spec that makes no sense. */
export function checkSpec({ size, scale, mean, std }: Preprocessing): void {
  if (!size.every(isSide)) throw new ShapeError(`preprocess: expected sides of at least 1, got [${size.join(", ")}]`);
  const finite = [scale, ...mean, ...std].every(Number.isFinite);
  if (!finite || mean.length !== 3 || std.length !== 3 || std.includes(0)) {
    throw new TesseraError(
      `preprocess: expected a scale, three means and three non-zero deviations, got ${JSON.stringify({ scale, mean, std })}`,
    );
  }
}
