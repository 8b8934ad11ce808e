import { type Tensor, type Tensor3D, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { attention, attentionWeights } from "../ops/attention.ts";
import { selfAttention, unpackQkv } from "../ops/self-attention.ts";
import { type Shape, sizes } from "../shape.ts";
import { dropout } from "./dropout.ts";
import { LayerNorm, type Norm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import type { RelativePositionBias } from "../positions/relative-bias.ts";
import { type Branch, type Residual, addInto } from "./residual.ts";
import type { Rotary2d } from "../positions/rotary.ts";

export interface AttentionConfig {
  width: number;
  heads: number;
  /** Adds a bias to the fused q, k, v projection. @default true */
  qkvBias?: boolean;
  /** Normalises queries and keys per head. @default false */
  qkNorm?: boolean;
  /** ε of `qkNorm`. @default 1e-6 */
  epsilon?: number;
  /** Learned bias by the distance of two tokens. */
  relPos?: RelativePositionBias;
  /** Turns queries and keys by their place in the grid. */
  rotary?: Rotary2d;
  /** Dropout after the output projection. @default 0 */
  dropout?: number;
  init?: Initializer;
}

/** What attention takes besides tokens. */
export interface AttentionInputs {
  /** True or 1 where a query may look. [b or 1, n or 1, m] */
  mask?: Tensor3D;
}

/**
 * Multi-head self-attention: Dosovitskiy et al. 2021, appendix A. Offers `weights` [b, h, n, n] to captures.
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class Attention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: AttentionConfig;
  readonly qkv: Linear;
  readonly qNorm: Norm | undefined;
  readonly kNorm: Norm | undefined;
  readonly relPos: RelativePositionBias | undefined;
  readonly proj: Linear;

  constructor(config: AttentionConfig) {
    super();
    const { width, heads, qkvBias = true, qkNorm = false, epsilon = 1e-6, init } = config;
    if (width % heads !== 0)
      throw new ShapeError(`Attention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.qkv = new Linear(width, 3 * width, { bias: qkvBias, init });
    this.qNorm = qkNorm ? new LayerNorm(width / heads, epsilon) : undefined;
    this.kNorm = qkNorm ? new LayerNorm(width / heads, epsilon) : undefined;
    this.relPos = config.relPos;
    this.proj = new Linear(width, width, { init });
  }

  /** [b, n, d] -> [b, n, d], added to `into.residual` where given */
  forward(x: Tensor3D, ctx: Context = {}, into?: Residual, { mask }: AttentionInputs = {}): Tensor3D {
    const { width, heads, dropout: rate = 0 } = this.config;
    sizes(x, ["b", "n", width], "Attention");
    return tidy(() => {
      const qkv = this.qkv.forward(x, within(ctx, "qkv")); // [b, n, 3d]
      const mixed = this.mix(qkv, ctx, { heads, mask, bias: this.relPos?.bias() }); // [b, n, d]
      if (ctx.training && rate > 0) {
        const dropped = dropout(this.proj.forward(mixed, within(ctx, "proj")), rate, ctx);
        return output(ctx, into ? addInto(dropped, into) : dropped);
      }
      return output(ctx, this.proj.forward(mixed, within(ctx, "proj"), into));
    });
  }

  private mix(qkv: Tensor3D, ctx: Context, options: Parameters<typeof selfAttention>[1]): Tensor3D {
    const { rotary } = this.config;
    const plain = !this.qNorm && !rotary;
    if (plain && !ctx.capture) return selfAttention(qkv, options);
    let [q, k, v] = unpackQkv(qkv);
    q = perHead(q, options.heads, this.qNorm);
    k = perHead(k, options.heads, this.kNorm);
    if (rotary) [q, k] = [rotary.turn(q, options.heads), rotary.turn(k, options.heads)];
    ctx.capture?.("weights", () => attentionWeights(q, k, options));
    return attention(q, k, v, options);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, n = 1, d = 1] = input;
    child(this.qkv, input);
    for (const norm of [this.qNorm, this.kNorm])
      if (norm) child(norm, [b, this.config.heads, n, d / this.config.heads]);
    if (this.relPos) child(this.relPos, [this.config.heads, n, n]);
    return { output: child(this.proj, input), macs: 2 * b * n * n * d }; // q kᵀ and the product with v
  }
}

/** Applies a norm to each head's part of [b, n, h·d]. */
function perHead(x: Tensor3D, heads: number, norm: Norm | undefined): Tensor3D {
  if (!norm) return x;
  const [b, n, width] = x.shape;
  return reshape(norm.forward(reshape(x, [b, n, heads, width / heads]) as Tensor), [b, n, width]);
}
