import {
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  equal,
  max,
  mul,
  pad,
  range,
  reshape,
  slice,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { pair, sizes } from "../shape.ts";
import { convolutionGrid } from "./convolution.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op } from "./op.ts";
import { patchify, patchifyGrad } from "./patchify.ts";

/** Rows, then columns. */
type Pair = readonly [number, number];

/** `MaxPoolOptions` with nothing left out. */
interface Windows {
  size: Pair;
  stride: Pair;
  padding: Pair;
}

export const maxPoolGradOp: Op<{ dy: Tensor4D; x: Tensor4D }, Windows, Tensor4D> = {
  name: "TesseraMaxPoolGrad",
  inputs: { dy: "required", x: "required" },
  gradients: [],
};

export const maxPoolOp: Op<{ x: Tensor4D }, Windows, Tensor4D> = {
  name: "TesseraMaxPool",
  inputs: { x: "required" },
  gradients: [maxPoolGradOp],
};

export interface MaxPoolOptions {
  /** Pixels of a window. */
  size: number | readonly [number, number];
  /** @default size */
  stride?: number | readonly [number, number];
  /** Pixels on each side that are never the largest; at most half of the size. @default 0 */
  padding?: number | readonly [number, number];
}

/** The smallest float32: what no value lies below. Infinity times the zeros of a one-hot choice would be NaN. */
const LEAST = -3.4028234663852886e38;

/**
 * The largest value of each window, a channel by itself: [b, h, w, c] -> [b, h′, w′, c]. The gradient goes to the first of
 * equals in row-major order, as in PyTorch. Op `maxPoolOp`, gradient `maxPoolGradOp`.
 *
 * @throws {ShapeError} if no window fits, or one could lie outside of the image.
 */
export function maxPool(x: Tensor4D, options: MaxPoolOptions): Tensor4D {
  const [b, h, w, c] = sizes(x, ["b", "h", "w", "c"], "maxPool") as [number, number, number, number];
  const size = pair(options.size);
  const windows: Windows = { size, stride: pair(options.stride ?? size), padding: pair(options.padding ?? 0) };
  const grid = convolutionGrid([h, w], size, windows);
  if (grid[0] < 1 || grid[1] < 1)
    throw new ShapeError(`maxPool: expected an image of at least one window of ${size.join("×")}, got ${h}×${w}`);
  if (windows.padding.some((padding, axis) => 2 * padding > size[axis]!))
    throw new ShapeError(
      `maxPool: expected a padding of at most half of ${size.join("×")}, got ${windows.padding.join("×")}`,
    );
  const compute = () =>
    runOp(maxPoolOp, { x }, { ...windows }, () => reshape(max(patches(x, windows), -1), [b, ...grid, c])) as Tensor4D;
  return differentiable({ x }, compute, [x], (dy, [saved]) => ({
    x: () => maxPoolGrad(dy as Tensor4D, saved as Tensor4D, windows),
  }));
}

/** dy where the first of the largest values of each window came from, by x. */
function maxPoolGrad(dy: Tensor4D, x: Tensor4D, windows: Windows): Tensor4D {
  return runOp(maxPoolGradOp, { dy, x }, { ...windows }, () => {
    const [b, h, w, c] = x.shape;
    const { size, stride, padding } = windows;
    const values = patches(x, windows);
    const length = values.shape[1];
    const isLargest = equal(values, max(values, -1, true));
    // Earlier places weigh more, so that the heaviest of the largest is the first of them.
    const weights = mul(isLargest, range(length, 0, -1));
    const choice = mul(equal(weights, max(weights, -1, true)), reshape(dy, [-1, 1])); // [b·n·c, size]
    const padded: Tensor4D["shape"] = [b, h + 2 * padding[0], w + 2 * padding[1], c];
    const dpatches = reshape(choice, [b, dy.shape[1] * dy.shape[2], c * length]) as Tensor3D;
    const image = patchifyGrad(dpatches, padded, { patchSize: size, stride });
    return slice(image, [0, ...padding, 0], [b, h, w, c]);
  });
}

/** The values of each window and channel: [b, h, w, c] -> [b·n·c, size], in row-major order. */
function patches(x: Tensor4D, { size, stride, padding: [y, z] }: Windows): Tensor2D {
  const padded =
    y + z === 0
      ? x
      : (pad(
          x,
          [
            [0, 0],
            [y, y],
            [z, z],
            [0, 0],
          ],
          LEAST,
        ) as Tensor4D);
  return reshape(patchify(padded, { patchSize: size, stride }), [-1, size[0] * size[1]]);
}
