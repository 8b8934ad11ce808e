import { type Tensor2D, type Tensor3D, add, concat, mul, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, within } from "../context.ts";
import { type Description, Module } from "../module.ts";
import type { Activation } from "../ops/activation.ts";
import type { Shape } from "../shape.ts";
import { LayerNorm } from "./layer-norm.ts";
import { AttentionPool, meanPool, tokenAt } from "./pool.ts";
import { SequencePool } from "./sequence-pool.ts";

/**
 * Which tokens stand for the picture: the first, the mean of the patches, a learned query's choice, a weighted mean, or the
 * first beside the mean.
 */
export type Pool = "token" | "mean" | "attention" | "sequence" | "token-and-mean";

export interface PoolingConfig {
  /** Of a token. */
  width: number;
  /** @default "token" */
  pool?: Pool;
  /** Tokens that pool "token" takes, each for a head of its own: two in a distilled DeiT. @default 1 */
  tokens?: 1 | 2;
  /** Tokens before the patches, left out of the mean. @default 0 */
  prefix?: number;
  /** A layer norm after pooling: timm's `fc_norm`. @default false */
  norm?: boolean;
  /** ε of the norms. @default 1e-6 */
  epsilon?: number;
  /** Heads of attention pooling. @default width / 64, at least 1 */
  heads?: number;
  /** Of attention pooling's MLP. @default 4 · width */
  mlpDim?: number;
  /** Of that MLP. @default "gelu" */
  activation?: Activation;
}

/** From tokens to the vectors that stand for the picture, one for each head. */
export class Pooling extends Module {
  override readonly flatten = true;
  readonly config: PoolingConfig;
  readonly attnPool: AttentionPool | undefined;
  readonly seqPool: SequencePool | undefined;
  readonly fcNorm: LayerNorm | undefined;

  constructor(config: PoolingConfig) {
    super();
    const { width, pool = "token", norm = false, epsilon, mlpDim, activation } = config;
    const heads = config.heads ?? Math.max(1, Math.floor(width / 64));
    this.config = config;
    this.attnPool = pool === "attention" ? new AttentionPool({ width, heads, mlpDim, epsilon, activation }) : undefined;
    this.seqPool = pool === "sequence" ? new SequencePool(width) : undefined;
    this.fcNorm = norm ? new LayerNorm(this.width, epsilon) : undefined;
  }

  /** Of what comes out: twice the tokens' where two vectors stand side by side. */
  get width(): number {
    return this.config.pool === "token-and-mean" ? 2 * this.config.width : this.config.width;
  }

  /** [b, n, d] -> [b, width] for each head */
  forward(tokens: Tensor3D, ctx: Context = {}): Tensor2D[] {
    return tidy(() => {
      const pooled = this.pool(tokens, ctx);
      return this.fcNorm ? pooled.map((vector) => this.fcNorm!.forward(vector, within(ctx, "fc_norm"))) : pooled;
    });
  }

  private pool(x: Tensor3D, ctx: Context): Tensor2D[] {
    const { tokens = 1, prefix = 0 } = this.config;
    if (this.attnPool) return [this.attnPool.forward(x, within(ctx, "attn_pool"))];
    if (this.seqPool) return [this.seqPool.forward(withoutPrefix(x, prefix), within(ctx, "seq_pool"))];
    if (this.config.pool === "token-and-mean") return [concat([tokenAt(x, 0), meanPool(x, prefix)], 1)];
    if (this.config.pool === "mean") return [meanPool(x, prefix)];
    return Array.from({ length: tokens }, (_, index) => tokenAt(x, index));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1] = input;
    for (const part of [this.attnPool, this.seqPool]) if (part) child(part, input);
    if (this.fcNorm) child(this.fcNorm, [b, this.width]);
    return { output: [b, this.width] };
  }
}

/** [b, prefix + n, d] -> [b, n, d] */
function withoutPrefix(x: Tensor3D, prefix: number): Tensor3D {
  const [b, n, d] = x.shape;
  return prefix === 0 ? x : slice(x, [0, prefix, 0], [b, n - prefix, d]);
}

/** The mean of the vectors or scores of one head, or of two. [b, d] each -> [b, d] */
export function averageHeads([first, second]: readonly Tensor2D[]): Tensor2D {
  return second ? tidy(() => mul(add<Tensor2D>(first!, second), 0.5)) : first!;
}
