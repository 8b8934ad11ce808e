import { type ResamplingWeights, type Span, weightBits } from "./resampling-weights.ts";
import type { RgbImage } from "./rgb-image.ts";

// The inner loops are functions of their own: the engine then compiles them within the first picture.

/** What rounds a fixed-point sum to the nearest when it is shifted down. */
const half = 1 << (weightBits - 1);

/** [height, width, 3] -> [rows, across, 3]: each of the given rows resampled to the span that `across` is for. */
export function resampleColumns(image: RgbImage, across: ResamplingWeights, rows: Span): RgbImage {
  const width = across.first.length;
  const out = new Uint8ClampedArray(width * rows.length * 3);
  const bytes = image.width * 3;
  for (let y = 0; y < rows.length; y += 2) {
    const lone = y + 1 === rows.length;
    const from = (rows.start + y) * bytes;
    const to = y * width * 3;
    resampleRowPair(image.data, from, lone ? 0 : bytes, across, out, to, lone ? 0 : width * 3);
  }
  return { width, height: rows.length, data: new Uint8Array(out.buffer) };
}

/** Two rows at a time, so that a weight is read once for both; a lone row is its own partner, at a distance of zero. */
function resampleRowPair(
  source: Uint8Array,
  from: number,
  sourceStep: number,
  { first, count, weights, taps }: ResamplingWeights,
  out: Uint8ClampedArray,
  to: number,
  outStep: number,
): void {
  for (let x = 0, o = to, p = to + outStep; x < first.length; x++, o += 3, p += 3) {
    let r = half;
    let g = half;
    let b = half;
    let r2 = half;
    let g2 = half;
    let b2 = half;
    let w = x * taps;
    const end = w + count[x]!;
    for (let s = from + first[x]! * 3; w < end; w++, s += 3) {
      const weight = weights[w]!;
      const t = s + sourceStep;
      r = (r + Math.imul(source[s]!, weight)) | 0;
      g = (g + Math.imul(source[s + 1]!, weight)) | 0;
      b = (b + Math.imul(source[s + 2]!, weight)) | 0;
      r2 = (r2 + Math.imul(source[t]!, weight)) | 0;
      g2 = (g2 + Math.imul(source[t + 1]!, weight)) | 0;
      b2 = (b2 + Math.imul(source[t + 2]!, weight)) | 0;
    }
    out[o] = r >> weightBits;
    out[o + 1] = g >> weightBits;
    out[o + 2] = b >> weightBits;
    out[p] = r2 >> weightBits;
    out[p + 1] = g2 >> weightBits;
    out[p + 2] = b2 >> weightBits;
  }
}

/** [rows, width, 3] -> [down, width, 3]. `strip` holds the source's rows from `offset` on. */
export function resampleRows(strip: RgbImage, down: ResamplingWeights, offset: number): RgbImage {
  const { first, count, weights, taps } = down;
  const bytes = strip.width * 3;
  const height = first.length;
  const out = new Uint8ClampedArray(bytes * height);
  const sums = new Int32Array(bytes);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    const end = y * taps + count[y]!;
    let w = y * taps;
    let row = (first[y]! - offset) * bytes;
    for (; w + 4 <= end; w += 4, row += 4 * bytes) addFourRows(sums, strip.data, row, weights, w);
    for (; w < end; w++, row += bytes) addRow(sums, strip.data, row, weights[w]!);
    for (let i = 0, o = y * bytes; i < bytes; i++, o++) out[o] = sums[i]! >> weightBits;
  }
  return { width: strip.width, height, data: new Uint8Array(out.buffer) };
}

/** Whole rows at once read memory in order; four of them, so that a sum is read and written once for four. */
function addFourRows(sums: Int32Array, source: Uint8Array, row: number, weights: Int32Array, w: number): void {
  const bytes = sums.length;
  const wa = weights[w]!;
  const wb = weights[w + 1]!;
  const wc = weights[w + 2]!;
  const wd = weights[w + 3]!;
  for (let i = 0, a = row, b = row + bytes, c = b + bytes, d = c + bytes; i < bytes; i++, a++, b++, c++, d++) {
    const low = Math.imul(source[a]!, wa) + Math.imul(source[b]!, wb);
    sums[i] = sums[i]! + low + Math.imul(source[c]!, wc) + Math.imul(source[d]!, wd);
  }
}

function addRow(sums: Int32Array, source: Uint8Array, row: number, weight: number): void {
  for (let i = 0, s = row; i < sums.length; i++, s++) sums[i] = sums[i]! + Math.imul(source[s]!, weight);
}
