import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, LayerNorm, Module, type Shape, Sublayer, output } from "@tessera/core";
import { FeedForward, type LayerConfig, MultiheadAttention } from "@tessera/detr";

/** ε of every norm, PyTorch's own. */
export const EPSILON = 1e-5;

/**
 * Content looks at style, twice, then an MLP, each followed by its norm: Deng et al. 2022, section 3.2. Checkpoints call the first
 * attention `self_attn`, though it looks at style as well.
 */
export class StyleLayer extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly norm1: LayerNorm;
  readonly multiheadAttn: MultiheadAttention;
  readonly norm2: LayerNorm;
  readonly ffn: FeedForward;
  readonly norm3: LayerNorm;
  readonly #first: Sublayer<StyleLayer>;
  readonly #second: Sublayer<StyleLayer>;
  readonly #mlp: Sublayer<StyleLayer>;

  constructor({ width, heads, mlpDim, dropout }: LayerConfig) {
    super();
    const attention = () => new MultiheadAttention({ width, heads, dropout });
    const norm = () => new LayerNorm(width, EPSILON);
    this.selfAttn = attention();
    this.norm1 = norm();
    this.multiheadAttn = attention();
    this.norm2 = norm();
    this.ffn = new FeedForward({ width, hidden: mlpDim, dropout });
    this.norm3 = norm();
    this.#first = new Sublayer<StyleLayer>(this, { norm: "norm1", branch: "selfAttn" }, { order: "post" });
    this.#second = new Sublayer<StyleLayer>(this, { norm: "norm2", branch: "multiheadAttn" }, { order: "post" });
    this.#mlp = new Sublayer<StyleLayer>(this, { norm: "norm3", branch: "ffn" }, { order: "post" });
  }

  /** Content [b, n, d], style [b, m, d], positions of the content [b, n, d] -> [b, n, d] */
  forward(content: Tensor3D, ctx: Context, style: Tensor3D, positions: Tensor3D): Tensor3D {
    const inputs = { memory: style, queryPositions: positions };
    return tidy(() => {
      const seen = this.#second.forward(this.#first.forward(content, ctx, inputs), ctx, inputs);
      return output(ctx, this.#mlp.forward(seen, ctx));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const part of [this.selfAttn, this.norm1, this.multiheadAttn, this.norm2, this.ffn, this.norm3]) child(part, input); // prettier-ignore
    return { output: input };
  }
}
