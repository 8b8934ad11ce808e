import { type Tensor2D, type Tensor3D, mean, reshape, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import { truncNormalTf } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import type { Activation } from "../ops/activation.ts";
import { observedAttention } from "../ops/attention.ts";
import { Param } from "../param.ts";
import { type Shape, sizes } from "../shape.ts";
import { LayerNorm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import { Mlp } from "./mlp.ts";
import { Sublayer } from "./sublayer.ts";
import { learnedTokens } from "./tokens.ts";

/** One token of a sequence. [b, n, d] -> [b, d] */
export function tokenAt(x: Tensor3D, index: number): Tensor2D {
  const [b, , d] = x.shape;
  return tidy(() => reshape(slice(x, [0, index, 0], [b, 1, d]), [b, d]));
}

/** Mean of the tokens after `prefix`. [b, n, d] -> [b, d] */
export function meanPool(x: Tensor3D, prefix = 0): Tensor2D {
  const [b, n, d] = x.shape;
  return tidy(() => mean(prefix === 0 ? x : slice(x, [0, prefix, 0], [b, n - prefix, d]), 1) as Tensor2D);
}

export interface AttentionPoolConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  /** Width inside the MLP. */
  mlpDim?: number;
  /** ε of the norm. */
  epsilon?: number;
  /** Of the MLP. */
  activation?: Activation;
}

/** A learned query attends to all tokens, then an MLP: the MAP head of Zhai et al. 2022, timm's `AttentionPoolLatent`. */
export class AttentionPool extends Module {
  readonly config: AttentionPoolConfig;
  readonly latent: Param;
  readonly q: Linear;
  readonly kv: Linear;
  readonly proj: Linear;
  readonly norm: LayerNorm;
  readonly mlp: Mlp;
  readonly #mlpSublayer = new Sublayer<AttentionPool>(this, { norm: "norm", branch: "mlp" });

  /** @throws {ShapeError} if the width is not divisible by the heads. */
  constructor(config: AttentionPoolConfig) {
    super();
    const { width, heads, mlpDim = 4 * width, epsilon, activation } = config;
    if (width % heads !== 0)
      throw new ShapeError(`AttentionPool: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.latent = new Param([1, 1, width], truncNormalTf(width ** -0.5));
    this.q = new Linear(width, width);
    this.kv = new Linear(width, 2 * width);
    this.proj = new Linear(width, width);
    this.norm = new LayerNorm(width, epsilon);
    this.mlp = new Mlp({ width, hidden: mlpDim, activation });
  }

  /** [b, n, d] -> [b, d] */
  forward(x: Tensor3D, ctx: Context = {}): Tensor2D {
    const { width, heads } = this.config;
    const [b, n] = sizes(x, ["b", "n", width], "AttentionPool") as [number, number, number];
    return tidy(() => {
      const latent = learnedTokens(this.latent, [b, 1, width]);
      const q = this.q.forward(latent, within(ctx, "q"));
      const kv = this.kv.forward(x, within(ctx, "kv"));
      const k = slice(kv, [0, 0, 0], [b, n, width]);
      const v = slice(kv, [0, 0, width], [b, n, width]);
      const mixed = observedAttention(q, k, v, { heads }, ctx);
      const pooled = this.proj.forward(mixed, within(ctx, "proj")); // [b, 1, d]
      return output(ctx, reshape(this.#mlpSublayer.forward(pooled, ctx), [b, width]));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, n = 1, d = 1] = input;
    const one = [b, 1, d];
    child(this.q, one);
    child(this.kv, input);
    for (const part of [this.proj, this.norm, this.mlp]) child(part, one);
    return { output: [b, d], macs: 2 * b * n * d };
  }
}
