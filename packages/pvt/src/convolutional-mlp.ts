import { type Tensor3D, type Tensor4D, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Activation,
  type Branch,
  type BranchInputs,
  type Context,
  DepthwiseConv2d,
  type Description,
  Linear,
  Module,
  type Shape,
  ShapeError,
  activate,
  normal,
  output,
  projectInto,
  within,
  zeros,
} from "@tessera/core";

export interface ConvolutionalMlpConfig {
  /** Of the tokens. */
  width: number;
  /** Width between the two layers. */
  hidden: number;
  /** After the convolution. @default "gelu" */
  activation?: Activation | undefined;
  /** ReLU before the convolution: with linear attention. @default false */
  relu?: boolean;
}

/**
 * fc2(act(dwconv(fc1(x)))): a 3 × 3 convolution of each channel by itself sees where a token stands, zeros about the map
 * included, so that no positions are needed. Wang et al. 2022, section 3.3.
 */
export class ConvolutionalMlp extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: ConvolutionalMlpConfig;
  readonly fc1: Linear;
  readonly dwconv: DepthwiseConv2d;
  readonly fc2: Linear;

  constructor(config: ConvolutionalMlpConfig) {
    super();
    const { width, hidden } = config;
    this.config = config;
    this.fc1 = new Linear(width, hidden);
    // He's by fan out, which of a channel by itself is its nine pixels.
    this.dwconv = new DepthwiseConv2d({
      channels: hidden,
      size: 3,
      padding: 1,
      init: normal(Math.sqrt(2 / 9)),
      biasInit: zeros,
    });
    this.fc2 = new Linear(hidden, width);
  }

  /**
   * [b, n, d] -> [b, n, d], added to `residual` where given.
   * @throws {ShapeError} without a grid, or with one of other tokens.
   */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { hidden, activation = "gelu", relu = false } = this.config;
    const { grid } = inputs;
    const [b, n] = x.shape;
    if (!grid || grid[0] * grid[1] !== n)
      throw new ShapeError(
        `ConvolutionalMlp: expected the [rows, columns] of ${n} tokens, got ${grid ? `[${grid.join(", ")}]` : "none"}; pass { grid }`,
      );
    return tidy(() => {
      const before = relu ? "relu" : "none";
      // Looked at, both layers show what timm's show: the values before the activations.
      const tokens = ctx.capture
        ? activate(this.fc1.forward(x, within(ctx, "fc1")), before)
        : this.fc1.forward(x, ctx, { activation: before });
      const map: Tensor4D = reshape(tokens, [b, ...grid, hidden]);
      const mixed = ctx.capture
        ? activate(this.dwconv.forward(map, within(ctx, "dwconv")), activation)
        : this.dwconv.forward(map, ctx, activation);
      const hiddenTokens: Tensor3D = reshape(mixed, [b, n, hidden]);
      return output(ctx, projectInto(this.fc2, hiddenTokens, within(ctx, "fc2"), inputs));
    });
  }

  /** `input` is the shape of the tokens in their places: [b, rows, columns, d] */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.fc2, child(this.dwconv, child(this.fc1, input))) };
  }
}
