/**
 * How a grid is resized. They differ more than their names tell, also when enlarging:
 *
 * | method | coordinates | kernel | border | used by |
 * |---|---|---|---|---|
 * | `bilinear_align_corners` | i·(in−1)/(out−1) | triangle | ends map to ends | google-research/vision_transformer, big_vision |
 * | `bilinear` | (i+½)·in/out−½ | triangle | clamped | PVT, timm's npz loader |
 * | `bilinear_antialias` | same | triangle, widened when shrinking | cut off | FlexiViT (`jax.image.resize`) |
 * | `bicubic` | same | Keys, A = −0.75 | clamped | Hugging Face, DeiT, MAE |
 * | `bicubic_antialias` | same | Keys, A = −0.5, widened when shrinking | cut off | timm, DINOv2 with registers |
 * | `bicubic_dino` | (i+½)·in/(out+0.1)−½ | Keys, A = −0.75 | clamped | DINO, DINOv2 |
 * | `average` | ⌊i·in/out⌋ to ⌈(i+1)·in/out⌉ | their mean | not reached | PyTorch's adaptive average pooling |
 */
export type ResizeMethod =
  | "bilinear_align_corners"
  | "bilinear"
  | "bilinear_antialias"
  | "bicubic"
  | "bicubic_antialias"
  | "bicubic_dino"
  | "average";

/** Weights of every input for every output: [to, from], rows sum to 1. */
export function resizeMatrix(method: ResizeMethod, from: number, to: number): Float32Array {
  const matrix = new Float64Array(to * from);
  for (let i = 0; i < to; i++) weigh(method, from, to, i, matrix.subarray(i * from, (i + 1) * from));
  return Float32Array.from(matrix);
}

function weigh(method: ResizeMethod, from: number, to: number, i: number, row: Float64Array): void {
  switch (method) {
    case "bilinear_align_corners":
      return interpolate(row, to === 1 ? 0 : (i * (from - 1)) / (to - 1), 1, triangle);
    case "bilinear":
      return interpolate(row, Math.max(0, ((i + 0.5) * from) / to - 0.5), 1, triangle);
    case "bicubic":
      return interpolate(row, ((i + 0.5) * from) / to - 0.5, 2, (t) => keys(t, -0.75));
    case "bicubic_dino":
      return interpolate(row, ((i + 0.5) * from) / (to + 0.1) - 0.5, 2, (t) => keys(t, -0.75));
    case "bilinear_antialias":
      return antialias(row, from, to, i, 1, triangle);
    case "bicubic_antialias":
      return antialias(row, from, to, i, 2, (t) => keys(t, -0.5));
    case "average":
      return average(row, Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to));
    default:
      throw method satisfies never;
  }
}

/** Neighbours within `support` of a point; those beyond the border count for the border. */
function interpolate(row: Float64Array, at: number, support: number, kernel: (t: number) => number): void {
  const base = Math.floor(at);
  for (let j = base - support + 1; j <= base + support; j++) {
    const index = Math.min(Math.max(j, 0), row.length - 1);
    row[index]! += kernel(at - j);
  }
}

/** The kernel widened by the shrinking factor, cut off at the border and renormalised. */
function antialias(
  row: Float64Array,
  from: number,
  to: number,
  i: number,
  support: number,
  kernel: (t: number) => number,
): void {
  const scale = from / to;
  const widen = Math.max(scale, 1);
  const centre = (i + 0.5) * scale;
  const first = Math.max(0, Math.trunc(centre - support * widen + 0.5));
  const last = Math.min(from, Math.trunc(centre + support * widen + 0.5));
  let sum = 0;
  for (let j = first; j < last; j++) sum += row[j] = kernel((j + 0.5 - centre) / widen);
  for (let j = first; j < last; j++) row[j]! /= sum;
}

/** The same share for each input from `first` to before `end`. */
function average(row: Float64Array, first: number, end: number): void {
  row.fill(1 / (end - first), first, end);
}

function triangle(t: number): number {
  return Math.max(0, 1 - Math.abs(t));
}

/** Cubic convolution: Keys 1981. */
function keys(t: number, a: number): number {
  const x = Math.abs(t);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}
