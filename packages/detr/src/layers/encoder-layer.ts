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
import { FeedForward } from "./feed-forward.ts";
import { MultiheadAttention } from "./multihead-attention.ts";

/** Sizes of a layer of the encoder or decoder. */
export interface LayerConfig {
  /** Of a token. */
  width: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Width between the two layers of the MLP. */
  mlpDim: number;
  /** @default 0 */
  dropout?: number | undefined;
}

/** ε of every norm, PyTorch's own. */
export const EPSILON = 1e-5;

/** Attention of places to each other and an MLP, each followed by its norm: Carion et al. 2020, figure 10, left. */
export class EncoderLayer extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly norm1: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm2: LayerNorm;
  readonly #attention: Sublayer<EncoderLayer>;
  readonly #mlp: Sublayer<EncoderLayer>;

  constructor({ width, heads, mlpDim, dropout }: LayerConfig) {
    super();
    this.selfAttn = new MultiheadAttention({ width, heads, dropout });
    this.norm1 = new LayerNorm(width, EPSILON);
    this.ffn = new FeedForward({ width, hidden: mlpDim, dropout });
    this.norm2 = new LayerNorm(width, EPSILON);
    this.#attention = new Sublayer<EncoderLayer>(this, { norm: "norm1", branch: "selfAttn" }, { order: "post" });
    this.#mlp = new Sublayer<EncoderLayer>(this, { norm: "norm2", branch: "ffn" }, { order: "post" });
  }

  /** [b, m, d] -> [b, m, d]. Takes a mask, and positions of queries and keys. */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BlockInputs = {}): Tensor3D {
    return tidy(() => output(ctx, this.#mlp.forward(this.#attention.forward(x, ctx, inputs), ctx)));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const part of [this.selfAttn, this.norm1, this.ffn, this.norm2]) child(part, input);
    return { output: input };
  }
}
