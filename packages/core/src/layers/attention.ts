import { type Tensor, type Tensor3D, concat, reshape, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { ShapeError } from "../errors.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { observedAttention } from "../ops/attention.ts";
import { selfAttention, unpackQkv } from "../ops/self-attention.ts";
import { type Shape, sizes } from "../shape.ts";
import { type Branch, type BranchInputs, projectInto } from "./branch.ts";
import { LayerNorm, type Norm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import { addPositions } from "./tokens.ts";
import type { RelativePositionBias } from "../positions/relative-bias.ts";
import type { Rotary2d } from "../positions/rotary.ts";

export interface AttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
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
  /** How weights start. */
  init?: Initializer;
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

  /** [b, n, d] -> [b, n, d], added to `residual` where given. Takes a mask, and positions of queries and keys. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, dropout } = this.config;
    sizes(x, ["b", "n", width], "Attention");
    return tidy(() => {
      const mixed = this.mix(x, ctx, inputs);
      return output(ctx, projectInto(this.proj, mixed, within(ctx, "proj"), { ...inputs, dropout }));
    });
  }

  /** The values that each token takes in from the others, before the projection. */
  private mix(x: Tensor3D, ctx: Context, inputs: BranchInputs): Tensor3D {
    const { heads, rotary } = this.config;
    const options = { heads, mask: inputs.mask, bias: this.relPos?.bias() };
    const positioned = inputs.queryPositions ?? inputs.keyPositions;
    if (!this.qNorm && !rotary && !positioned && !ctx.capture) return selfAttention(this.qkv.forward(x), options);
    let [q, k, v] = positioned ? this.split(x, ctx, inputs) : unpackQkv(this.qkv.forward(x, within(ctx, "qkv")));
    q = perHead(q, heads, this.qNorm);
    k = perHead(k, heads, this.kNorm);
    if (rotary) [q, k] = [rotary.turn(q, heads), rotary.turn(k, heads)];
    return observedAttention(q, k, v, options, ctx);
  }

  /** Queries, keys and values from tokens of their own, as positions make them: parts of the one projection. */
  private split(x: Tensor3D, ctx: Context, inputs: BranchInputs): [Tensor3D, Tensor3D, Tensor3D] {
    const { width } = this.config;
    const q = this.qkv.outputsOf(addPositions(x, inputs.queryPositions, "Attention query"), 0, width);
    const k = this.qkv.outputsOf(addPositions(x, inputs.keyPositions, "Attention key"), width, width);
    const v = this.qkv.outputsOf(x, 2 * width, width);
    within(ctx, "qkv").capture?.("", () => concat([q, k, v], 2));
    return [q, k, v];
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
