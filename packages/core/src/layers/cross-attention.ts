import { type Tensor3D, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { attention, attentionWeights } from "../ops/attention.ts";
import { type Shape, sizes } from "../shape.ts";
import type { AttentionInputs } from "./attention.ts";
import { Linear } from "./linear.ts";

export interface CrossAttentionConfig {
  width: number;
  heads: number;
  /** Width of the tokens that are looked at. @default width */
  memoryWidth?: number;
  /** @default true */
  qkvBias?: boolean;
  init?: Initializer;
}

/**
 * Attention of some tokens to others: queries from `x`, keys and values from `memory`. Offers `weights` [b, h, n, m].
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class CrossAttention extends Module {
  readonly config: CrossAttentionConfig;
  readonly q: Linear;
  readonly kv: Linear;
  readonly proj: Linear;

  constructor(config: CrossAttentionConfig) {
    super();
    const { width, heads, memoryWidth = width, qkvBias = true, init } = config;
    if (width % heads !== 0)
      throw new ShapeError(`CrossAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.q = new Linear(width, width, { bias: qkvBias, init });
    this.kv = new Linear(memoryWidth, 2 * width, { bias: qkvBias, init });
    this.proj = new Linear(width, width, { init });
  }

  /** x [b, n, d], memory [b, m, d′] -> [b, n, d] */
  forward(x: Tensor3D, memory: Tensor3D, ctx: Context = {}, { mask }: AttentionInputs = {}): Tensor3D {
    const { width, heads, memoryWidth = width } = this.config;
    const [b] = sizes(x, ["b", "n", width], "CrossAttention") as [number];
    const [, m] = sizes(memory, [b, "m", memoryWidth], "CrossAttention memory") as [number, number, number];
    return tidy(() => {
      const q = this.q.forward(x, within(ctx, "q"));
      const kv = this.kv.forward(memory, within(ctx, "kv")); // [b, m, 2d]
      const k = slice(kv, [0, 0, 0], [b, m, width]);
      const v = slice(kv, [0, 0, width], [b, m, width]);
      ctx.capture?.("weights", () => attentionWeights(q, k, { heads, mask }));
      return output(ctx, this.proj.forward(attention(q, k, v, { heads, mask }), within(ctx, "proj")));
    });
  }

  /** `input` is the shape of `x`, attending to as many tokens of the memory. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { width, memoryWidth = width } = this.config;
    const [b = 1, n = 1] = input;
    child(this.q, input);
    child(this.kv, [b, n, memoryWidth]);
    return { output: child(this.proj, input), macs: 2 * b * n * n * width };
  }
}
