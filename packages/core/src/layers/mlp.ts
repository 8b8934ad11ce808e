import { type Tensor3D, mul, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { type Activation, activate } from "../ops/activation.ts";
import type { Shape } from "../shape.ts";
import { type Branch, type BranchInputs, projectInto } from "./branch.ts";
import { dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";

export interface MlpConfig {
  /** Of a token. */
  width: number;
  /** Width between the two layers, usually 4 times `width`. */
  hidden: number;
  /** @default "gelu" */
  activation?: Activation;
  /** After each layer. @default 0 */
  dropout?: number;
  /** How weights start. */
  init?: Initializer;
}

/** fc2(act(fc1(x))), position by position. */
export class Mlp extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: MlpConfig;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(config: MlpConfig) {
    super();
    this.config = config;
    this.fc1 = new Linear(config.width, config.hidden, { init: config.init });
    this.fc2 = new Linear(config.hidden, config.width, { init: config.init });
  }

  /** [b, n, d] -> [b, n, d], added to `residual` where given */
  forward(x: Tensor3D, ctx: Context = {}, { residual, scale }: BranchInputs = {}): Tensor3D {
    const { activation = "gelu", dropout: rate = 0 } = this.config;
    return tidy(() => {
      // Looked at, fc1 shows what timm's shows: the values before the activation.
      const hidden = ctx.capture
        ? activate(this.fc1.forward(x, within(ctx, "fc1")), activation)
        : this.fc1.forward(x, ctx, { activation });
      const end = { residual, scale, dropout: rate };
      return output(ctx, projectInto(this.fc2, dropout(hidden, rate, ctx), within(ctx, "fc2"), end));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.fc2, child(this.fc1, input)) };
  }
}

/**
 * fc2(silu(a) ⊙ b) with a, b the halves of fc1(x): Shazeer 2020, in the packed form of DINOv2 and timm's `SwiGLUPacked`.
 */
export class SwiGlu extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: Omit<MlpConfig, "activation">;
  readonly fc1: Linear;
  readonly fc2: Linear;

  constructor(config: Omit<MlpConfig, "activation">) {
    super();
    this.config = config;
    this.fc1 = new Linear(config.width, 2 * config.hidden, { init: config.init });
    this.fc2 = new Linear(config.hidden, config.width, { init: config.init });
  }

  /** [b, n, d] -> [b, n, d], added to `residual` where given */
  forward(x: Tensor3D, ctx: Context = {}, { residual, scale }: BranchInputs = {}): Tensor3D {
    const { hidden, dropout: rate = 0 } = this.config;
    return tidy(() => {
      const packed = this.fc1.forward(x, within(ctx, "fc1")); // [b, n, 2·hidden]
      const [b, n] = packed.shape;
      const gate = slice(packed, [0, 0, 0], [b, n, hidden]);
      const value = slice(packed, [0, 0, hidden], [b, n, hidden]);
      const gated = dropout(mul(activate(gate, "silu"), value) as Tensor3D, rate, ctx);
      return output(ctx, projectInto(this.fc2, gated, within(ctx, "fc2"), { residual, scale, dropout: rate }));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const wide = child(this.fc1, input);
    return { output: child(this.fc2, [...wide.slice(0, -1), this.config.hidden]) };
  }
}
