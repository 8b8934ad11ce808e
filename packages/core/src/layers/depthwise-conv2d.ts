import { type Tensor, type Tensor1D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { type Initializer, torchUniform } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import type { Activation } from "../ops/activation.ts";
import { convolutionGrid } from "../ops/convolution.ts";
import { type DepthwiseConvolutionOptions, depthwiseConvolution } from "../ops/depthwise-convolution.ts";
import { Param } from "../param.ts";
import { type Shape, pair, sizeOf } from "../shape.ts";

export interface DepthwiseConv2dConfig extends Pick<DepthwiseConvolutionOptions, "padding"> {
  /** Of the image and of the result. */
  channels: number;
  /** Pixels of a window; [height, width] or a side. */
  size: number | readonly [number, number];
  /** @default PyTorch's */
  init?: Initializer;
  /** @default PyTorch's */
  biasInit?: Initializer;
}

/** A convolution of each channel by itself, with PyTorch's weight [channels, 1, rows, columns]. */
export class DepthwiseConv2d extends Module {
  readonly config: DepthwiseConv2dConfig;
  readonly weight: Param;
  readonly bias: Param;

  constructor(config: DepthwiseConv2dConfig) {
    super();
    this.config = config;
    const { channels, size } = config;
    const torch = torchUniform(sizeOf(pair(size)));
    this.weight = new Param([channels, 1, ...pair(size)], config.init ?? torch);
    this.bias = new Param([channels], config.biasInit ?? torch);
  }

  /** [b, h, w, c] -> [b, h′, w′, c] */
  forward(x: Tensor4D, ctx: Context = {}, activation: Activation = "none"): Tensor4D {
    const { padding } = this.config;
    const weight = this.weight.value as Tensor as Tensor4D;
    const bias = this.bias.value as Tensor as Tensor1D;
    return tidy(() => output(ctx, depthwiseConvolution(x, weight, { padding, bias, activation })));
  }

  override describe(input: Shape): Description {
    const [b = 1, h = 1, w = 1, c = 1] = input;
    const grid = convolutionGrid([h, w], pair(this.config.size), this.config);
    return { output: [b, ...grid, c], macs: b * sizeOf(grid) * this.weight.size };
  }
}
