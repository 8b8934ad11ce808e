import { ShapeError, TesseraError } from "@tessera/core";
import { type Interpolation, isInterpolation, resamplingFilters } from "./interpolation.ts";
import { resampleColumns, resampleRows } from "./resampling-passes.ts";
import { type ResamplingWeights, type Span, resamplingWeights } from "./resampling-weights.ts";
import { checkRgbImage, isSide, type RgbImage } from "./rgb-image.ts";

/** A rectangle of pixels, inside the resized picture. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What `resizeImage` makes of a picture. */
export interface ResizeOptions {
  /** Pixels of the whole resized picture. */
  readonly width: number;
  /** Pixels of the whole resized picture. */
  readonly height: number;
  /** Which of Pillow's filters. */
  readonly interpolation: Interpolation;
  /** Computes only this part, as if the result had been cropped. @default the whole */
  readonly window?: Window;
}

/**
 * Resizes with antialiasing, bit for bit as Pillow's `Image.resize` on RGB: a horizontal then a vertical pass in
 * 22-bit fixed point, rounded to 8 bits between them.
 *
 * Time and memory follow the window and the source rows under it, not the size of the resized whole.
 *
 * @throws ShapeError when a size or the window makes no sense, TesseraError for an unknown interpolation.
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/Resample.c
 */
export function resizeImage(image: RgbImage, options: ResizeOptions): RgbImage {
  checkRgbImage(image, "resizeImage");
  const { width, height, interpolation } = options;
  const window = options.window ?? { left: 0, top: 0, width, height };
  checkOptions(options, window);
  const columns: Span = { start: window.left, length: window.width };
  const rows: Span = { start: window.top, length: window.height };
  if (interpolation === "nearest")
    return pick(image, nearest(image.width, width, columns), nearest(image.height, height, rows));
  const filter = resamplingFilters[interpolation];
  const down = image.height === height ? null : resamplingWeights(image.height, height, filter, rows);
  const needed = down === null ? rows : sourceSpan(down);
  const across = image.width === width ? null : resamplingWeights(image.width, width, filter, columns);
  const strip = across === null ? copy(image, columns, needed) : resampleColumns(image, across, needed);
  return down === null ? strip : resampleRows(strip, down, needed.start);
}

/** Cuts a window out of a picture, into bytes of its own. @throws ShapeError when it is not inside the picture. */
export function cropImage(image: RgbImage, window: Window): RgbImage {
  const { width, height } = image;
  return resizeImage(image, { width, height, interpolation: "box", window });
}

function checkOptions({ width, height, interpolation }: ResizeOptions, window: Window): void {
  if (!isSide(width) || !isSide(height)) {
    throw new ShapeError(`resizeImage: expected a width and height of at least 1, got ${width}×${height}`);
  }
  if (!isInterpolation(interpolation)) {
    throw new TesseraError(
      `resizeImage: expected interpolation nearest, ${Object.keys(resamplingFilters).join(", ")}, got ${String(interpolation)}`,
    );
  }
  const inside = (start: number, length: number, size: number) =>
    Number.isSafeInteger(start) && start >= 0 && isSide(length) && start + length <= size;
  if (!inside(window.left, window.width, width) || !inside(window.top, window.height, height)) {
    throw new ShapeError(`resizeImage: expected a window inside ${width}×${height}, got ${JSON.stringify(window)}`);
  }
}

/** The source rows that any output row of the span reads. */
export function sourceSpan({ first, count }: ResamplingWeights): Span {
  const start = first[0]!;
  const last = first.length - 1;
  return { start, length: first[last]! + count[last]! - start };
}

function copy(image: RgbImage, columns: Span, rows: Span): RgbImage {
  const data = new Uint8Array(columns.length * rows.length * 3);
  for (let y = 0; y < rows.length; y++) {
    const from = ((rows.start + y) * image.width + columns.start) * 3;
    data.set(image.data.subarray(from, from + columns.length * 3), y * columns.length * 3);
  }
  return { width: columns.length, height: rows.length, data };
}

/** Pillow steps from the middle of the first output pixel by repeated addition, whose rounding we repeat. */
export function nearest(from: number, to: number, span: Span): Int32Array {
  const step = from / to;
  const index = new Int32Array(span.length);
  let at = step * 0.5;
  for (let i = 0; i < span.start + span.length; i++, at += step) {
    if (i >= span.start) index[i - span.start] = Math.min(from - 1, Math.trunc(at));
  }
  return index;
}

function pick(image: RgbImage, columns: Int32Array, rows: Int32Array): RgbImage {
  const data = new Uint8Array(columns.length * rows.length * 3);
  let o = 0;
  for (const y of rows) {
    for (const x of columns) {
      const s = (y * image.width + x) * 3;
      data[o++] = image.data[s]!;
      data[o++] = image.data[s + 1]!;
      data[o++] = image.data[s + 2]!;
    }
  }
  return { width: columns.length, height: rows.length, data };
}
