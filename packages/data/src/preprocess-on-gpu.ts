import { type Tensor4D, getBackend } from "@tensorflow/tfjs-core";
import { type PreprocessAttrs, TesseraError, preprocessOp, runOp } from "@tessera/core";
import { framing } from "./frame.ts";
import type { GpuPicture } from "./gpu-picture.ts";
import { type Interpolation, resamplingFilters } from "./interpolation.ts";
import { channelTables, checkSpec } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { type ResamplingWeights, type Span, resamplingWeights, weightBits } from "./resampling-weights.ts";
import { nearest, sourceSpan } from "./resize.ts";

/**
 * `preprocess` by the backend itself, of a picture from `gpuPicture`, which is closed: the same sums in the same 22-bit
 * fixed point, so the same values, and none of them passes through the CPU.
 *
 * @returns [1, h, w, 3], the caller's to dispose.
 * @throws TesseraError on a backend without a kernel for it; TesseraError or ShapeError for a `spec` that makes no sense.
 */
export function preprocessOnGpu(picture: GpuPicture, spec: Preprocessing): Tensor4D {
  try {
    return runOp(preprocessOp, {}, attributes(picture, spec), () => {
      const message = `preprocessOnGpu: expected a backend that preprocesses pictures, got ${getBackend()}`;
      throw new TesseraError(`${message}; decode the picture and use preprocess`);
    });
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
