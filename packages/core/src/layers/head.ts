import { type Tensor, type Tensor2D, type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { type Initializer, truncNormal, zeros } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { linear } from "../ops/linear.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";
import { LayerNorm } from "./layer-norm.ts";
import { AttentionPool, meanPool, tokenAt } from "./pool.ts";
import { PreLogits } from "./pre-logits.ts";

/** Which tokens stand for the picture: the first, the mean of the patches, or a learned query's choice. */
export type Pool = "token" | "mean" | "attention";

export interface HeadConfig {
  width: number;
  classes: number;
  /** @default "token" */
  pool?: Pool;
  /** Tokens before the patches, left out of the mean. @default 0 */
  prefix?: number;
  /** A layer norm after pooling. @default false */
  norm?: boolean;
  /** A layer of the same width with tanh before the classifier: the original ImageNet-21k checkpoints. @default false */
  preLogits?: boolean;
  /** Heads of attention pooling. @default width / 64, at least 1 */
  heads?: number;
  init?: Initializer;
}

/** From tokens to class scores: pooling, then one linear layer. */
export class Head extends Module {
  readonly config: HeadConfig;
  readonly attnPool: AttentionPool | undefined;
  readonly norm: LayerNorm | undefined;
  readonly preLogits: PreLogits | undefined;
  readonly weight: Param;
  readonly bias: Param;

  constructor(config: HeadConfig) {
    super();
    const { width, classes, pool = "token", norm = false, preLogits = false, init = truncNormal(0.02) } = config;
    this.config = config;
    this.attnPool =
      pool === "attention"
        ? new AttentionPool({ width, heads: config.heads ?? Math.max(1, Math.floor(width / 64)) })
        : undefined;
    this.norm = norm ? new LayerNorm(width) : undefined;
    this.preLogits = preLogits ? new PreLogits(width, init) : undefined;
    this.weight = new Param([classes, width], init);
    this.bias = new Param([classes], zeros);
  }

  /** [b, n, d] -> [b, classes] */
  forward(tokens: Tensor3D, ctx: Context = {}): Tensor2D {
    const { pool = "token", prefix = 0 } = this.config;
    return tidy(() => {
      let x =
        this.attnPool?.forward(tokens, within(ctx, "attn_pool")) ??
        (pool === "mean" ? meanPool(tokens, prefix) : tokenAt(tokens, 0));
      if (this.norm) x = this.norm.forward(x, within(ctx, "norm"));
      if (this.preLogits) x = this.preLogits.forward(x, within(ctx, "pre_logits"));
      return output(ctx, linear(x, this.weight.value as Tensor as Tensor2D, { bias: this.bias.value as never }));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, , d = 1] = input;
    if (this.attnPool) child(this.attnPool, input);
    for (const part of [this.norm, this.preLogits]) if (part) child(part, [b, d]);
    return { output: [b, this.config.classes], macs: b * this.weight.size };
  }
}
