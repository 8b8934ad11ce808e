/** How pixels between pixels are found; each is the Pillow filter of that name. */
export type Interpolation = "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** A windowed kernel: `weight(t)` is zero beyond `support` source pixels at scale 1. */
export interface ResamplingFilter {
  readonly support: number;
  weight(t: number): number;
}

/**
 * Pillow's kernels, with its formulas kept in its order of operations so that coefficients round alike.
 * Nearest is absent: it is an index, not a weighted sum.
 *
 * @see https://github.com/python-pillow/Pillow/blob/12.3.0/src/libImaging/Resample.c
 */
export const resamplingFilters: Record<Exclude<Interpolation, "nearest">, ResamplingFilter> = {
  box: { support: 0.5, weight: (t) => (t > -0.5 && t <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (t) => Math.max(0, 1 - Math.abs(t)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: keys },
  lanczos: { support: 3, weight: (t) => (t >= -3 && t < 3 ? sinc(t) * sinc(t / 3) : 0) },
};

/** True for a name that `resizeImage` takes. */
export function isInterpolation(name: unknown): name is Interpolation {
  return name === "nearest" || (typeof name === "string" && Object.hasOwn(resamplingFilters, name));
}

function hamming(t: number): number {
  const x = Math.abs(t);
  if (x === 0) return 1;
  if (x >= 1) return 0;
  const angle = x * Math.PI;
  return (Math.sin(angle) / angle) * (0.54 + 0.46 * Math.cos(angle));
}

/** Keys' cubic with A = −0.5; torch without antialias has A = −0.75. */
function keys(t: number): number {
  const a = -0.5;
  const x = Math.abs(t);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(t: number): number {
  if (t === 0) return 1;
  const angle = t * Math.PI;
  return Math.sin(angle) / angle;
}
