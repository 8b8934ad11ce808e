import { type NamedAttrMap, type Tensor4D, engine } from "@tensorflow/tfjs-core";
import { framing } from "./frame.ts";
import { type GpuPicture, PREPROCESS_KERNEL } from "./gpu-picture.ts";
import { type Interpolation, resamplingFilters } from "./interpolation.ts";
import { channelTables, checkSpec } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { type ResamplingWeights, type Span, resamplingWeights, weightBits } from "./resampling-weights.ts";
import { nearest, sourceSpan } from "./resize.ts";

/** What the kernel is told; it knows no rules of resizing, only weighted sums. */
export interface PreprocessAttrs {
  readonly picture: GpuPicture;
  /** Pixels of the result. */
  readonly size: readonly [height: number, width: number];
  /** Source pixels, and their weights in units of 2^-22, of each column and row that is computed. */
  readonly across: ResamplingWeights;
  readonly down: ResamplingWeights;
  /** Rows of the source that `down` reads. */
  readonly rows: Span;
  /** Where in the result the first computed column and row lie. */
  readonly left: number;
  readonly top: number;
  /** Bytes around them. */
  readonly fill: readonly number[];
  /** [3, 256]: the value of each byte, by channel. */
  readonly table: Float32Array;
}

/**
 * `preprocess` by the backend itself, of a picture from `gpuPicture`, which is closed: the same sums in the same 22-bit
 * fixed point, so the same values, and none of them passes through the CPU.
 *
 * @returns [1, h, w, 3], the caller's to dispose.
 * @throws TesseraError or ShapeError for a `spec` that makes no sense.
 */
export function preprocessOnGpu(picture: GpuPicture, spec: Preprocessing): Tensor4D {
  try {
    const attrs = attributes(picture, spec) as unknown as NamedAttrMap;
    return engine().runKernel(PREPROCESS_KERNEL, {}, attrs) as Tensor4D;
  } finally {
    if ("close" in picture.source) picture.source.close();
  }
}

function attributes(picture: GpuPicture, spec: Preprocessing): PreprocessAttrs {
  checkSpec(spec);
  const { size, interpolation, fill } = spec;
  const { resized, window, left, top } = framing(picture, spec);
  const across = weightsOf(picture.width, resized.width, interpolation, { start: window.left, length: window.width });
  const down = weightsOf(picture.height, resized.height, interpolation, { start: window.top, length: window.height });
  return { picture, size, across, down, rows: sourceSpan(down), left, top, fill, table: channelTables(spec) };
}

function weightsOf(from: number, to: number, interpolation: Interpolation, span: Span): ResamplingWeights {
  if (interpolation === "nearest") return single(nearest(from, to, span));
  if (from === to) return single(Int32Array.from({ length: span.length }, (_, i) => span.start + i));
  return resamplingWeights(from, to, resamplingFilters[interpolation], span);
}

/** One source pixel each, as it is. */
function single(first: Int32Array): ResamplingWeights {
  const { length } = first;
  return {
    first,
    count: new Int32Array(length).fill(1),
    weights: new Int32Array(length).fill(1 << weightBits),
    taps: 1,
  };
}
