import type { ResamplingFilter } from "./interpolation.ts";

/** Fraction bits of a fixed-point weight: 32 less 8 for the pixel and 2 for a kernel's overshoot. */
export const weightBits = 22;

/** A run of output positions along one axis; the rest of the axis is never computed. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** Which source pixels make each output pixel of a span, and with what fixed-point weights. */
export interface ResamplingWeights {
  /** First source pixel of each output pixel. */
  readonly first: Int32Array;
  /** How many source pixels each output pixel takes. */
  readonly count: Int32Array;
  /** [span, taps]: weights in units of 2^-22; those beyond `count` are zero. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/**
 * Weights for resampling an axis of `from` pixels to `to`, for the outputs in `span` only.
 * As Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`: the kernel widens by `from / to` when shrinking,
 * is cut at the border and renormalised there, then rounded half away from zero.
 */
export function resamplingWeights(from: number, to: number, filter: ResamplingFilter, span: Span): ResamplingWeights {
  const scale = from / to;
  const widening = Math.max(1, scale);
  const support = filter.support * widening;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(span.length);
  const count = new Int32Array(span.length);
  const weights = new Int32Array(span.length * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < span.length; i++) {
    const centre = (span.start + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(from, Math.trunc(centre + support + 0.5));
    let total = 0;
    for (let k = low; k < high; k++) {
      const weight = filter.weight((k - centre + 0.5) * (1 / widening));
      exact[k - low] = weight;
      total += weight;
    }
    for (let k = 0; k < high - low; k++)
      weights[i * taps + k] = fixedPoint(total === 0 ? exact[k]! : exact[k]! / total);
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, weights, taps };
}

function fixedPoint(weight: number): number {
  const scaled = weight * (1 << weightBits);
  return Math.trunc(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}
