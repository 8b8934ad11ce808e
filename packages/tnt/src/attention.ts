import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import {
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  Linear,
  Module,
  type Shape,
  ShapeError,
  observedAttention,
  output,
  projectInto,
  queryKeyAttention,
  sizes,
  unpackQueryKey,
  within,
} from "@tessera/core";

export interface TntAttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  /** Biases of q, k and v; the output projection always has one. @default false */
  qkvBias?: boolean;
  /** Dropout after the output projection. @default 0 */
  dropout?: number;
}

/**
 * Multi-head self-attention whose queries and keys come from one projection and whose values from another, as TNT's
 * checkpoints have it. Offers `weights` [b, h, n, n] to captures.
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class TntAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: TntAttentionConfig;
  /** Rows of q, then of k. */
  readonly qk: Linear;
  readonly v: Linear;
  readonly proj: Linear;

  constructor(config: TntAttentionConfig) {
    super();
    const { width, heads, qkvBias = false } = config;
    if (width % heads !== 0)
      throw new ShapeError(`TntAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.qk = new Linear(width, 2 * width, { bias: qkvBias });
    this.v = new Linear(width, width, { bias: qkvBias });
    this.proj = new Linear(width, width);
  }

  /**
   * [b, n, d] -> [b, n, d], added to `residual` where given
   * @throws {ShapeError} on a mask or on positions, which a TNT has no place for.
   */
  forward(x: Tensor3D, ctx: Context = {}, { residual, scale, ...others }: BranchInputs = {}): Tensor3D {
    const { width, heads, dropout } = this.config;
    sizes(x, ["b", "n", width], "TntAttention");
    refuse(others);
    return tidy(() => {
      const qk = this.qk.forward(x, within(ctx, "qk")); // [b, n, 2d]
      const v = this.v.forward(x, within(ctx, "v"));
      const mixed = ctx.capture
        ? observedAttention(...unpackQueryKey(qk), v, { heads }, ctx)
        : queryKeyAttention(qk, v, { heads });
      return output(ctx, projectInto(this.proj, mixed, within(ctx, "proj"), { residual, scale, dropout }));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, n = 1, d = 1] = input;
    child(this.qk, input);
    child(this.v, input);
    return { output: child(this.proj, input), macs: 2 * b * n * n * d }; // q kᵀ and the product with v
  }
}

/** Left out in silence, they would give another answer than was asked for. */
function refuse({ mask, queryPositions, keyPositions, memory }: BranchInputs): void {
  for (const [name, given] of Object.entries({ mask, queryPositions, keyPositions, memory })) {
    if (given) {
      throw new ShapeError(
        `TntAttention: expected tokens that all look at each other, got ${name} too; core's Attention and CrossAttention take it`,
      );
    }
  }
}
