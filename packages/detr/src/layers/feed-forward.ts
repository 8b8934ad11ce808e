import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  Linear,
  Module,
  type Shape,
  activate,
  dropout,
  projectInto,
  within,
  xavierUniform,
} from "@tessera/core";

export interface FeedForwardConfig {
  /** Of a token. */
  width: number;
  /** Width between the two layers. */
  hidden: number;
  /** After each layer. @default 0 */
  dropout?: number | undefined;
}

/** linear2(relu(linear1(x))), position by position. Its layers are the block's, as checkpoints have them. */
export class FeedForward extends Module implements Branch {
  override readonly flatten = true;
  readonly fusesResidual = true;
  readonly config: FeedForwardConfig;
  readonly linear1: Linear;
  readonly linear2: Linear;

  constructor(config: FeedForwardConfig) {
    super();
    const { width, hidden } = config;
    this.config = config;
    this.linear1 = new Linear(width, hidden, { init: xavierUniform });
    this.linear2 = new Linear(hidden, width, { init: xavierUniform });
  }

  /** [b, n, d] -> [b, n, d], added to `residual` where given */
  forward(x: Tensor3D, ctx: Context = {}, { residual, scale }: BranchInputs = {}): Tensor3D {
    const { dropout: rate = 0 } = this.config;
    return tidy(() => {
      // Looked at, linear1 shows what PyTorch's shows: the values before the activation.
      const hidden = ctx.capture
        ? activate(this.linear1.forward(x, within(ctx, "linear1")), "relu")
        : this.linear1.forward(x, ctx, { activation: "relu" });
      const end = { residual, scale, dropout: rate };
      return projectInto(this.linear2, dropout(hidden, rate, ctx), within(ctx, "linear2"), end);
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.linear2, child(this.linear1, input)) };
  }
}
