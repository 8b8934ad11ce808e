import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import {
  type BlockInputs,
  type Context,
  type Description,
  LayerNorm,
  Module,
  type Shape,
  Sublayer,
  output,
} from "@tessera/core";
import { EPSILON, type LayerConfig } from "./encoder-layer.ts";
import { FeedForward } from "./feed-forward.ts";
import { MultiheadAttention } from "./multihead-attention.ts";

/** What the queries look at besides each other. */
export interface DecoderInputs extends BlockInputs {
  /** The encoder's tokens. [b, m, d] */
  memory: Tensor3D;
}

/**
 * Attention of queries to each other, attention of queries to the picture and an MLP, each followed by its norm: Carion et al. 2020,
 * figure 10, right.
 */
export class DecoderLayer extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly norm1: LayerNorm;
  readonly multiheadAttn: MultiheadAttention;
  readonly norm2: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm3: LayerNorm;
  readonly #among: Sublayer<DecoderLayer>;
  readonly #across: Sublayer<DecoderLayer>;
  readonly #mlp: Sublayer<DecoderLayer>;

  constructor({ width, heads, mlpDim, dropout, queries }: LayerConfig & { queries: number }) {
    super();
    const norm = () => new LayerNorm(width, EPSILON);
    this.selfAttn = new MultiheadAttention({ width, heads, dropout });
    this.norm1 = norm();
    this.multiheadAttn = new MultiheadAttention({ width, heads, dropout, queries });
    this.norm2 = norm();
    this.ffn = new FeedForward({ width, hidden: mlpDim, dropout });
    this.norm3 = norm();
    this.#among = new Sublayer<DecoderLayer>(this, { norm: "norm1", branch: "selfAttn" }, { order: "post" });
    this.#across = new Sublayer<DecoderLayer>(this, { norm: "norm2", branch: "multiheadAttn" }, { order: "post" });
    this.#mlp = new Sublayer<DecoderLayer>(this, { norm: "norm3", branch: "ffn" }, { order: "post" });
  }

  /** [b, q, d] -> [b, q, d]. Positions of queries are the queries'; mask and positions of keys are the memory's. */
  forward(x: Tensor3D, ctx: Context, inputs: DecoderInputs): Tensor3D {
    const { queryPositions } = inputs;
    return tidy(() => {
      const among = this.#among.forward(x, ctx, { queryPositions, keyPositions: queryPositions });
      return output(ctx, this.#mlp.forward(this.#across.forward(among, ctx, inputs), ctx));
    });
  }

  /** `input` is the shape of the memory. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const queries = child(this.multiheadAttn, input);
    for (const part of [this.selfAttn, this.norm1, this.norm2, this.ffn, this.norm3]) child(part, queries);
    return { output: queries };
  }
}
