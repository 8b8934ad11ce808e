import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  add,
  matMul,
  slice,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type AttentionOptions,
  type Branch,
  type BranchInputs,
  type Context,
  type Description,
  Linear,
  Module,
  Param,
  type Shape,
  ShapeError,
  attentionWeights,
  dropout,
  joinHeads,
  linear,
  observedAttention,
  output,
  projectInto,
  queryKeyAttention,
  sizes,
  splitHeads,
  unpackQueryKey,
  within,
  xavierUniform,
  zeros,
} from "@tessera/core";

export interface MultiheadAttentionConfig {
  /** Of a token. */
  width: number;
  /** They share the width evenly. */
  heads: number;
  /** Of the weights of attention, and after the output projection. @default 0 */
  dropout?: number | undefined;
  /** How many tokens look at a memory; without it a sequence looks at itself. Only `describe` asks for the number. */
  queries?: number | undefined;
}

/**
 * Attention with the parameters of PyTorch's `nn.MultiheadAttention`: one projection [3d, d] of queries, keys and values, whichever
 * tokens these are made of. A sequence looks at itself, or at the memory where there is one. Offers `weights` [b, h, n, m] to captures.
 *
 * @throws {ShapeError} if the width is not divisible by the heads.
 */
export class MultiheadAttention extends Module implements Branch {
  readonly fusesResidual = true;
  readonly config: MultiheadAttentionConfig;
  readonly inProjWeight: Param;
  readonly inProjBias: Param;
  readonly outProj: Linear;

  constructor(config: MultiheadAttentionConfig) {
    super();
    const { width, heads } = config;
    if (width % heads !== 0)
      throw new ShapeError(`MultiheadAttention: expected a width divisible by heads, got ${width} / ${heads}`);
    this.config = config;
    this.inProjWeight = new Param([3 * width, width], xavierUniform);
    this.inProjBias = new Param([3 * width], zeros);
    this.outProj = new Linear(width, width, { init: xavierUniform });
  }

  /** [b, n, d] -> [b, n, d], added to `residual` where given. Takes a memory, a mask, and positions of queries and keys. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BranchInputs = {}): Tensor3D {
    const { width, dropout: rate } = this.config;
    const [b] = sizes(x, ["b", "n", width], "MultiheadAttention") as [number];
    if (inputs.memory) sizes(inputs.memory, [b, "m", width], "MultiheadAttention memory");
    return tidy(() => {
      const mixed = this.mix(x, ctx, inputs);
      return output(ctx, projectInto(this.outProj, mixed, within(ctx, "out_proj"), { ...inputs, dropout: rate }));
    });
  }

  /** The values that each token takes in, before the projection. */
  private mix(x: Tensor3D, ctx: Context, { memory, mask, queryPositions, keyPositions }: BranchInputs): Tensor3D {
    const { heads, dropout: rate = 0 } = this.config;
    const options = { heads, mask };
    const v = this.project(memory ?? x, 2, 1);
    const alike = !memory && queryPositions === keyPositions;
    if (!alike) {
      const q = this.project(withPositions(x, queryPositions), 0, 1);
      const k = this.project(withPositions(memory ?? x, keyPositions), 1, 1);
      return this.attend(q, k, v, options, ctx);
    }
    const qk = this.project(withPositions(x, queryPositions), 0, 2);
    if (!mask && !ctx.capture && !(ctx.training && rate > 0)) return queryKeyAttention(qk, v, { heads });
    const [q, k] = unpackQueryKey(qk);
    return this.attend(q, k, v, options, ctx);
  }

  private attend(q: Tensor3D, k: Tensor3D, v: Tensor3D, options: AttentionOptions, ctx: Context): Tensor3D {
    const { dropout: rate = 0 } = this.config;
    if (!ctx.training || rate === 0) return observedAttention(q, k, v, options, ctx);
    // Dropout stands between the weights and the values, where the fused pass has no place for it.
    const weights = dropout(attentionWeights(q, k, options), rate, ctx);
    return joinHeads(matMul(weights, splitHeads(v, options.heads)) as Tensor);
  }

  /** `count` of the three parts of the projection, from one on. */
  private project(x: Tensor3D, first: 0 | 1 | 2, count: 1 | 2): Tensor3D {
    const { width } = this.config;
    const weight = slice(this.inProjWeight.value as Tensor as Tensor2D, [first * width, 0], [count * width, width]);
    const bias = slice(this.inProjBias.value as Tensor as Tensor1D, [first * width], [count * width]);
    return linear(x, weight, { bias });
  }

  /** `input` is the shape of the tokens that are looked at. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { width, queries } = this.config;
    const [b = 1, m = 1] = input;
    const n = queries ?? m;
    const projected = b * (n + 2 * m) * width * width;
    return { output: child(this.outProj, [b, n, width]), macs: projected + 2 * b * n * m * width };
  }
}

/** [b, n, d] and [b or 1, n, d] -> [b, n, d] @throws {ShapeError} if they do not fit. */
function withPositions(x: Tensor3D, positions: Tensor3D | undefined): Tensor3D {
  if (!positions) return x;
  const [b, n, d] = x.shape;
  sizes(positions, [positions.shape[0] === 1 ? 1 : b, n, d], "MultiheadAttention positions");
  return add(x, positions);
}
