import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Module, type Shape, Sublayer, output } from "@tessera/core";
import { FeedForward } from "@tessera/detr";
import type { DeformableDetrConfig } from "../config.ts";
import { type DeformableBranchInputs, MultiScaleAttention } from "./multi-scale-attention.ts";

/** ε of every norm, PyTorch's own. */
export const EPSILON = 1e-5;

/** Attention of places to a few others and an MLP, each followed by its norm: Zhu et al. 2021, section 4.1. */
export class EncoderLayer extends Module {
  readonly selfAttn: MultiScaleAttention;
  readonly norm1: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm2: LayerNorm;
  readonly #attention: Sublayer<EncoderLayer>;
  readonly #mlp: Sublayer<EncoderLayer>;

  constructor({ width, heads, levels, points, mlpDim, dropout }: DeformableDetrConfig) {
    super();
    this.selfAttn = new MultiScaleAttention({ width, heads, levels, points, dropout });
    this.norm1 = new LayerNorm(width, EPSILON);
    this.ffn = new FeedForward({ width, hidden: mlpDim, dropout });
    this.norm2 = new LayerNorm(width, EPSILON);
    this.#attention = new Sublayer<EncoderLayer>(this, { norm: "norm1", branch: "selfAttn" }, { order: "post" });
    this.#mlp = new Sublayer<EncoderLayer>(this, { norm: "norm2", branch: "ffn" }, { order: "post" });
  }

  /** [b, s, d] -> [b, s, d] */
  forward(x: Tensor3D, ctx: Context, inputs: DeformableBranchInputs): Tensor3D {
    return tidy(() => output(ctx, this.#mlp.forward(this.#attention.forward(x, ctx, inputs), ctx)));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const part of [this.selfAttn, this.norm1, this.ffn, this.norm2]) child(part, input);
    return { output: input };
  }
}
