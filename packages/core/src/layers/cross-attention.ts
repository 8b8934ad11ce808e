import { type Tensor3D, concat, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { observedAttention } from "../ops/attention.ts";
import { type Shape, sizes } from "../shape.ts";
import { type Branch, type BranchInputs, projectInto } from "./branch.ts";
import { Linear } from "./linear.ts";
import { addPositions } from "./tokens.ts";

export interface CrossAttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  /** Width of the tokens that are looked at. @default width */
  memoryWidth?: number;
  /** @default true */
  qkvBias?: boolean;
  /** Dropout after the output projection. @default 0 */
  dropout?: number;
  /** How weights start. */
  init?: Initializer;
}

/**
 * Attention of some tokens to others: queries from `x`, keys and values from `memory`. Offers `weights` [b, h, n, m] to
 * captures.
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class CrossAttention extends Module implements Branch {
  readonly fusesResidual = true;
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

  /**
   * x [b, n, d], memory [b, m, d′] -> [b, n, d], added to `residual` where given. Takes a mask, and positions of queries and keys.
   * @throws {ShapeError} without memory, or if a shape does not fit.
   */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, heads, memoryWidth = width, dropout } = this.config;
    const { memory, mask } = inputs;
    const [b] = sizes(x, ["b", "n", width], "CrossAttention") as [number];
    if (!memory) throw new ShapeError("CrossAttention: expected tokens to look at, got none; pass { memory }");
    sizes(memory, [b, "m", memoryWidth], "CrossAttention memory");
    return tidy(() => {
      const q = this.q.forward(addPositions(x, inputs.queryPositions, "CrossAttention query"), within(ctx, "q"));
      const [k, v] = this.keysAndValues(memory, ctx, inputs.keyPositions);
      const mixed = observedAttention(q, k, v, { heads, mask }, ctx);
      return output(ctx, projectInto(this.proj, mixed, within(ctx, "proj"), { ...inputs, dropout }));
    });
  }

  /** [b, m, d′] -> two of [b, m, d]. With positions, which values do not see, they are two passes. */
  private keysAndValues(memory: Tensor3D, ctx: Context, positions: Tensor3D | undefined): [Tensor3D, Tensor3D] {
    const { width } = this.config;
    if (!positions) {
      const [b, m] = memory.shape;
      const kv = this.kv.forward(memory, within(ctx, "kv")); // [b, m, 2d]
      return [slice(kv, [0, 0, 0], [b, m, width]), slice(kv, [0, 0, width], [b, m, width])];
    }
    const k = this.kv.outputsOf(addPositions(memory, positions, "CrossAttention key"), 0, width);
    const v = this.kv.outputsOf(memory, width, width);
    within(ctx, "kv").capture?.("", () => concat([k, v], 2));
    return [k, v];
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
