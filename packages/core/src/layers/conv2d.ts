import { type Tensor, type Tensor1D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { type Initializer, torchUniform } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import type { Activation } from "../ops/activation.ts";
import { type ConvolutionOptions, convolution, convolutionGrid } from "../ops/convolution.ts";
import { Param } from "../param.ts";
import { type Shape, pair, sizeOf } from "../shape.ts";

export interface Conv2dConfig extends Pick<ConvolutionOptions, "stride" | "padding" | "dilation"> {
  /** Channels of the image. */
  inputs: number;
  /** Channels of the result. */
  outputs: number;
  /** Pixels of a window; [height, width] or a side. */
  size: number | readonly [number, number];
  /** @default true */
  bias?: boolean;
  /** @default PyTorch's */
  init?: Initializer;
  /** @default PyTorch's */
  biasInit?: Initializer;
}

/** A convolution with PyTorch's weight [out, in, rows, columns]. */
export class Conv2d extends Module {
  readonly config: Conv2dConfig;
  readonly weight: Param;
  readonly bias: Param | undefined;

  constructor(config: Conv2dConfig) {
    super();
    this.config = config;
    const { inputs, outputs, size, bias = true } = config;
    const shape = [outputs, inputs, ...pair(size)];
    const init = torchUniform(sizeOf(shape.slice(1)));
    this.weight = new Param(shape, config.init ?? init);
    this.bias = bias ? new Param([outputs], config.biasInit ?? init) : undefined;
  }

  /** [b, h, w, in] -> [b, h′, w′, out] */
  forward(x: Tensor4D, ctx: Context = {}, activation: Activation = "none"): Tensor4D {
    const { stride, padding, dilation } = this.config;
    const bias = this.bias?.value as Tensor1D | undefined;
    return tidy(() =>
      output(
        ctx,
        convolution(x, this.weight.value as Tensor as Tensor4D, { stride, padding, dilation, bias, activation }),
      ),
    );
  }

  override describe(input: Shape): Description {
    const [b = 1, h = 1, w = 1] = input;
    const grid = convolutionGrid([h, w], pair(this.config.size), this.config);
    return { output: [b, ...grid, this.config.outputs], macs: b * sizeOf(grid) * this.weight.size };
  }
}
