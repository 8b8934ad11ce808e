import {
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  addN,
  cast,
  greaterEqual,
  mul,
  reshape,
  slice,
  sub,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import { roiAlign, sizes } from "@tessera/core";
import type { Pyramid } from "./pyramid.ts";

export interface LevelRule {
  /** Side of a box, in pixels, that is taken from the third map. @default 224 */
  canonicalSize?: number;
}

export interface PoolOptions extends LevelRule {
  /** Bins of a region along each side. */
  size: number;
  /** Samples of a bin along each axis; 0: as many as it has places. */
  sampling: number;
}

/**
 * Which map of a pyramid each box is taken from: a box of twice the side from the next one, ⌊4 + log₂(√(w·h) / 224)⌋ kept among p2 to
 * p5 and counted from p2, Lin et al. 2017, eq. 1. Corners [r, 4] -> [r] int32. A box with NaN has the first.
 */
export function levelsOf(boxes: Tensor2D, levels: number, { canonicalSize = 224 }: LevelRule = {}): Tensor1D {
  const [r] = sizes(boxes, ["r", 4], "levelsOf") as [number];
  return tidy(() => {
    const side = (axis: 0 | 1) => sub(slice(boxes, [0, axis + 2], [r, 1]), slice(boxes, [0, axis], [r, 1]));
    const area = reshape(mul(side(0), side(1)), [r]);
    // Whole powers of two are compared, as a logarithm at a border is the backend's.
    const reached = Array.from({ length: levels - 1 }, (_, i) =>
      cast(greaterEqual(area, (canonicalSize * 2 ** (i - 1)) ** 2), "int32"),
    );
    return reached.length > 0 ? addN(reached) : zeros([r], "int32");
  }) as Tensor1D;
}

/**
 * The regions of boxes, each from the map that has its size: corners [r, 4] in pixels, their pictures [r] -> [r, size, size, c].
 * detectron2's `ROIPooler`. Differentiable in the maps; boxes have no gradient.
 */
export function poolRegions(
  { places, grids, strides }: Pyramid,
  boxes: Tensor2D,
  pictures: Tensor1D,
  { size, sampling, ...rule }: PoolOptions,
): Tensor4D {
  return tidy(() => {
    const levels = levelsOf(boxes, grids.length, rule);
    return roiAlign(places, { regions: boxes, pictures, levels }, { size, sampling, grids, strides });
  });
}
