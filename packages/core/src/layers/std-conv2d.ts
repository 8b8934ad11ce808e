import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, add, div, fill, mean, moments, pad, reshape, sqrt, sub, tidy } from "@tensorflow/tfjs-core"; // prettier-ignore
import { type Context, output } from "../context.ts";
import { kaimingNormal } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { convolution } from "../ops/convolution.ts";
import { layerNorm } from "../ops/layer-norm.ts";
import { Param } from "../param.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** How a standardised weight is kept from being divided by nothing: (w − μ) / √(σ² + 1e-8), or (w − μ) / (σ + 1e-5). */
export type StandardizationRule = "timm" | "google";

export interface StdConv2dConfig {
  /** Channels of the image. */
  inputs: number;
  /** Channels of the result. */
  outputs: number;
  /** Pixels of a window's side. */
  size: number;
  /** @default 1 */
  stride?: number;
  /** @default "timm" */
  rule?: StandardizationRule;
}

/**
 * A convolution whose weight is standardised each time it is used, to mean 0 and variance 1 an output: Qiao et al. 2019. It has no
 * bias, and pads as TensorFlow's SAME does: the grid is that of the image divided by the steps, rounded up.
 */
export class StdConv2d extends Module {
  readonly config: StdConv2dConfig;
  readonly weight: Param;

  constructor(config: StdConv2dConfig) {
    super();
    this.config = config;
    const { inputs, outputs, size } = config;
    this.weight = new Param([outputs, inputs, size, size], kaimingNormal);
  }

  /** [b, h, w, in] -> [b, ⌈h / stride⌉, ⌈w / stride⌉, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    const { size, stride = 1 } = this.config;
    return tidy(() => output(ctx, convolution(samePadded(x, size, stride), this.standardized(), { stride })));
  }

  /** The weight that convolves: [out, in, rows, columns] */
  standardized(): Tensor4D {
    const { outputs, rule = "timm" } = this.config;
    return tidy(() => {
      const rows = reshape(this.weight.value, [outputs, -1]) as Tensor2D;
      const fanIn = rows.shape[1];
      const scaled =
        rule === "timm"
          ? layerNorm(rows, fill([fanIn], 1) as Tensor1D, fill([fanIn], 0) as Tensor1D, 1e-8)
          : byDeviation(rows);
      return reshape(scaled, this.weight.shape as Tensor4D["shape"]);
    });
  }

  override describe([b = 1, h = 1, w = 1]: Shape): Description {
    const { stride = 1, outputs } = this.config;
    const grid = [Math.ceil(h / stride), Math.ceil(w / stride)];
    return { output: [b, ...grid, outputs], macs: b * sizeOf(grid) * this.weight.size };
  }
}

function byDeviation(rows: Tensor2D): Tensor {
  const { variance } = moments(rows, 1, true);
  return div(sub(rows, mean(rows, 1, true)), add(sqrt(variance), 1e-5));
}

/** Zeros around a map as TensorFlow's SAME adds them: what is odd goes below and to the right. [b, h, w, c] */
export function samePadded(x: Tensor4D, size: number, stride: number): Tensor4D {
  const [, h, w] = x.shape;
  const along = (length: number): [number, number] => {
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const [rows, columns] = [along(h), along(w)];
  if (rows[1] + columns[1] === 0) return x;
  return pad(x, [[0, 0], rows, columns, [0, 0]]);
}
