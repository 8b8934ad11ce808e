import { type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, GroupNorm, type GroupNormConfig, Module, type Shape, type StandardizationRule, StdConv2d, activate, dropPath, output, within, zeros } from "@tessera/core"; // prettier-ignore

export interface BottleneckConfig {
  /** Channels of the image. */
  inputs: number;
  /** Four times the channels of the 3 × 3 convolution. */
  outputs: number;
  /** Of the 3 × 3 convolution. */
  stride: number;
  /** Of all its group norms. */
  norm: GroupNormConfig;
  /** How weights are standardised. */
  rule: StandardizationRule | undefined;
  /** Chance that the branch is left out while training. */
  dropPath: number;
}

/** Where a block changes the shape, the shortcut is a convolution of single pixels and a norm. */
class Downsample extends Module {
  readonly conv: StdConv2d;
  readonly norm: GroupNorm;

  constructor({ inputs, outputs, stride, rule, norm }: BottleneckConfig) {
    super();
    this.conv = new StdConv2d({ inputs, outputs, size: 1, stride, rule });
    this.norm = new GroupNorm(outputs, norm);
  }

  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => output(ctx, this.norm.forward(this.conv.forward(x, within(ctx, "conv")), within(ctx, "norm"))));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.norm, child(this.conv, input)) };
  }
}

/**
 * relu(branch(x) + shortcut(x)) with convolutions of 1 × 1, 3 × 3 and 1 × 1 pixels, whose weights are standardised, and group norms:
 * the unit of Google's hybrids, Kolesnikov et al. 2020 (BiT) with the order of He et al. 2016, figure 5.
 */
export class Bottleneck extends Module {
  readonly config: BottleneckConfig;
  readonly downsample: Downsample | undefined;
  readonly conv1: StdConv2d;
  readonly norm1: GroupNorm;
  readonly conv2: StdConv2d;
  readonly norm2: GroupNorm;
  readonly conv3: StdConv2d;
  readonly norm3: GroupNorm;

  constructor(config: BottleneckConfig) {
    super();
    const { inputs, outputs, stride, norm, rule } = config;
    const width = outputs / 4;
    this.config = config;
    this.downsample = stride === 1 && inputs === outputs ? undefined : new Downsample(config);
    this.conv1 = new StdConv2d({ inputs, outputs: width, size: 1, rule });
    this.norm1 = new GroupNorm(width, norm);
    this.conv2 = new StdConv2d({ inputs: width, outputs: width, size: 3, stride, rule });
    this.norm2 = new GroupNorm(width, norm);
    this.conv3 = new StdConv2d({ inputs: width, outputs, size: 1, rule });
    // At zero a block begins as its shortcut: Goyal et al. 2017.
    this.norm3 = new GroupNorm(outputs, { ...norm, init: zeros });
  }

  /** [b, h, w, in] -> [b, ⌈h / stride⌉, ⌈w / stride⌉, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      let y = this.norm1.forward(this.conv1.forward(x, within(ctx, "conv1")), within(ctx, "norm1"), "relu");
      y = this.norm2.forward(this.conv2.forward(y, within(ctx, "conv2")), within(ctx, "norm2"), "relu");
      y = this.norm3.forward(this.conv3.forward(y, within(ctx, "conv3")), within(ctx, "norm3"));
      const branch = dropPath(y, this.config.dropPath, ctx);
      const shortcut = this.downsample?.forward(x, within(ctx, "downsample")) ?? x;
      return output(ctx, activate(add<Tensor4D>(branch, shortcut), "relu"));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    if (this.downsample) child(this.downsample, input);
    const branch = [this.conv1, this.norm1, this.conv2, this.norm2, this.conv3, this.norm3];
    return { output: branch.reduce<Shape>((shape, part) => child(part, shape), input) };
  }
}
