import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Module, type Shape, Sublayer, output } from "@tessera/core";
import { FeedForward, MultiheadAttention } from "@tessera/detr";
import type { DeformableDetrConfig } from "../config.ts";
import { EPSILON } from "./encoder-layer.ts";
import { type DeformableBranchInputs, MultiScaleAttention } from "./multi-scale-attention.ts";

/**
 * Attention of queries to each other, attention of queries to a few points of the maps and an MLP, each followed by its norm: Zhu et al.
 * 2021, section 4.1. The second norm comes first, as checkpoints have it.
 */
export class DecoderLayer extends Module {
  readonly crossAttn: MultiScaleAttention;
  readonly norm1: LayerNorm;
  readonly selfAttn: MultiheadAttention;
  readonly norm2: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm3: LayerNorm;
  readonly #among: Sublayer<DecoderLayer>;
  readonly #across: Sublayer<DecoderLayer>;
  readonly #mlp: Sublayer<DecoderLayer>;

  constructor({ width, heads, levels, points, mlpDim, dropout, queries }: DeformableDetrConfig) {
    super();
    const norm = () => new LayerNorm(width, EPSILON);
    this.crossAttn = new MultiScaleAttention({ width, heads, levels, points, dropout, queries });
    this.norm1 = norm();
    this.selfAttn = new MultiheadAttention({ width, heads, dropout });
    this.norm2 = norm();
    this.ffn = new FeedForward({ width, hidden: mlpDim, dropout });
    this.norm3 = norm();
    this.#among = new Sublayer<DecoderLayer>(this, { norm: "norm2", branch: "selfAttn" }, { order: "post" });
    this.#across = new Sublayer<DecoderLayer>(this, { norm: "norm1", branch: "crossAttn" }, { order: "post" });
    this.#mlp = new Sublayer<DecoderLayer>(this, { norm: "norm3", branch: "ffn" }, { order: "post" });
  }

  /** [b, q, d] -> [b, q, d] */
  forward(x: Tensor3D, ctx: Context, inputs: DeformableBranchInputs & { memory: Tensor3D }): Tensor3D {
    const { queryPositions } = inputs;
    return tidy(() => {
      const among = this.#among.forward(x, ctx, { queryPositions, keyPositions: queryPositions });
      return output(ctx, this.#mlp.forward(this.#across.forward(among, ctx, inputs), ctx));
    });
  }

  /** `input` is the shape of the memory. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const queries = child(this.crossAttn, input);
    for (const part of [this.selfAttn, this.norm1, this.norm2, this.ffn, this.norm3]) child(part, queries);
    return { output: queries };
  }
}
