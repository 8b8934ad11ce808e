import { type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import {
  BatchNorm,
  type BatchNormConfig,
  type Context,
  Conv2d,
  type Description,
  Module,
  type Shape,
  activate,
  dropPath,
  kaimingNormal,
  output,
  within,
  zeros,
} from "@tessera/core";

export interface BlockConfig {
  /** Two convolutions, or three of which the middle one is narrower. */
  kind: "basic" | "bottleneck";
  /** Channels of the image. */
  inputs: number;
  /** Channels of the 3 × 3 convolutions. */
  width: number;
  /** Of the first 3 × 3 convolution. */
  stride: number;
  /** Of the first 3 × 3 convolution, and of a basic block's second. */
  dilation: readonly [first: number, second: number];
  /** Of all its batch norms. */
  norm: BatchNormConfig;
  /** Chance that the branch is left out while training. */
  dropPath: number;
}

/**
 * relu(branch(x) + shortcut(x)): He et al. 2016, figure 5. A basic block has two 3 × 3 convolutions, a bottleneck 1 × 1, 3 × 3
 * and 1 × 1, with the steps in the second as torchvision has them. Where the shape changes, the shortcut is a 1 × 1 convolution.
 */
export class Block extends Module {
  readonly config: BlockConfig;
  readonly outputs: number;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm;
  readonly conv3: Conv2d | undefined;
  readonly bn3: BatchNorm | undefined;
  readonly downsample: readonly [Conv2d, BatchNorm] | undefined;

  constructor(config: BlockConfig) {
    super();
    const { kind, inputs, width, stride, dilation, norm } = config;
    const basic = kind === "basic";
    // The norm that ends the branch starts at zero, so that a block begins as the identity: Goyal et al. 2017.
    const last = { ...norm, init: zeros };
    this.config = config;
    this.outputs = basic ? width : 4 * width;
    this.conv1 = basic ? conv(inputs, width, 3, stride, dilation[0]) : conv(inputs, width, 1);
    this.bn1 = new BatchNorm(width, norm);
    this.conv2 = basic ? conv(width, width, 3, 1, dilation[1]) : conv(width, width, 3, stride, dilation[0]);
    this.bn2 = new BatchNorm(width, basic ? last : norm);
    this.conv3 = basic ? undefined : conv(width, this.outputs, 1);
    this.bn3 = basic ? undefined : new BatchNorm(this.outputs, last);
    const same = stride === 1 && inputs === this.outputs;
    this.downsample = same ? undefined : [conv(inputs, this.outputs, 1, stride), new BatchNorm(this.outputs, norm)];
  }

  /** [b, h, w, in] -> [b, h′, w′, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const middle = this.conv3 ? "relu" : "none";
      let y = this.bn1.forward(this.conv1.forward(x, within(ctx, "conv1")), within(ctx, "bn1"), "relu");
      y = this.bn2.forward(this.conv2.forward(y, within(ctx, "conv2")), within(ctx, "bn2"), middle);
      if (this.conv3) y = this.bn3!.forward(this.conv3.forward(y, within(ctx, "conv3")), within(ctx, "bn3"));
      const branch = dropPath(y, this.config.dropPath, ctx);
      return output(ctx, activate(add<Tensor4D>(branch, this.shortcut(x, ctx)), "relu"));
    });
  }

  private shortcut(x: Tensor4D, ctx: Context): Tensor4D {
    if (!this.downsample) return x;
    const [convolution, norm] = this.downsample;
    return norm.forward(convolution.forward(x, within(ctx, "downsample.0")), within(ctx, "downsample.1"));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const through = (parts: readonly (Module | undefined)[]) =>
      parts.reduce((shape, part) => (part ? child(part, shape) : shape), input);
    if (this.downsample) through(this.downsample);
    return { output: through([this.conv1, this.bn1, this.conv2, this.bn2, this.conv3, this.bn3]) };
  }
}

/** A convolution without bias, as a batch norm follows, that keeps the grid but for its steps. */
function conv(inputs: number, outputs: number, size: 1 | 3, stride = 1, dilation = 1): Conv2d {
  const padding = size === 3 ? dilation : 0;
  return new Conv2d({ inputs, outputs, size, stride, padding, dilation, bias: false, init: kaimingNormal });
}
