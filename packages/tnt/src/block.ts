import { type Tensor3D, reshape, tidy } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  Linear,
  Mlp,
  Module,
  type Shape,
  Sublayer,
  output,
  sizes,
  within,
} from "@tessera/core";
import { TntAttention } from "./attention.ts";
import type { TntConfig } from "./config.ts";
import { InnerTransformer } from "./inner.ts";
import { mergeWords } from "./merge.ts";

/** What goes through the blocks. */
export interface TntState {
  /** [b · patches, words, c] */
  words: Tensor3D;
  /** Class token first. [b, 1 + patches, d] */
  tokens: Tensor3D;
}

/**
 * An inner transformer on the words of each patch, and an outer one on the patches, which take in their words in between:
 * Han et al. 2021, section 2.2. The tokens are its output to captures; it offers `words` besides.
 */
export class TntBlock extends Module {
  readonly config: TntConfig;
  readonly normIn: LayerNorm;
  readonly attnIn: TntAttention;
  readonly normMlpIn: LayerNorm;
  readonly mlpIn: Mlp;
  readonly norm1Proj: LayerNorm;
  readonly proj: Linear;
  readonly norm2Proj: LayerNorm | undefined;
  readonly normOut: LayerNorm;
  readonly attnOut: TntAttention;
  readonly normMlp: LayerNorm;
  readonly mlp: Mlp;
  readonly #words: number;
  readonly #inner: InnerTransformer;
  readonly #attnOutSublayer: Sublayer<TntBlock>;
  readonly #mlpSublayer: Sublayer<TntBlock>;

  /** @param words Number of words in a patch. */
  constructor(config: TntConfig, words: number, dropPath: number) {
    super();
    const { width, innerWidth, innerMlpDim = 4 * innerWidth, epsilon = 1e-5, legacy = false } = config;
    const { heads, innerHeads, mlpDim, qkvBias, activation, dropout } = config;
    this.config = config;
    this.#words = words;
    this.normIn = new LayerNorm(innerWidth, epsilon);
    this.attnIn = new TntAttention({ width: innerWidth, heads: innerHeads, qkvBias, dropout });
    this.normMlpIn = new LayerNorm(innerWidth, epsilon);
    this.mlpIn = new Mlp({ width: innerWidth, hidden: innerMlpDim, activation, dropout });
    this.norm1Proj = new LayerNorm(legacy ? innerWidth : words * innerWidth, epsilon);
    this.proj = new Linear(words * innerWidth, width, { bias: legacy });
    this.norm2Proj = legacy ? undefined : new LayerNorm(width, epsilon);
    this.normOut = new LayerNorm(width, epsilon);
    this.attnOut = new TntAttention({ width, heads, qkvBias, dropout });
    this.normMlp = new LayerNorm(width, epsilon);
    this.mlp = new Mlp({ width, hidden: mlpDim, activation, dropout });
    this.#inner = new InnerTransformer(this, config, dropPath);
    this.#attnOutSublayer = new Sublayer<TntBlock>(this, { norm: "normOut", branch: "attnOut" }, { dropPath });
    this.#mlpSublayer = new Sublayer<TntBlock>(this, { norm: "normMlp", branch: "mlp" }, { dropPath });
  }

  /**
   * The words of each patch Y through the inner transformer; Z + FC(Vec(Y)), and Z through the outer one.
   * Words [b · n, m, c] and tokens [b, 1 + n, d] -> the same.
   */
  forward({ words, tokens }: TntState, ctx: Context = {}): TntState {
    const { width, innerWidth } = this.config;
    const [b, length] = sizes(tokens, ["b", "1 + n", width], "TntBlock tokens") as [number, number, number];
    const n = length - 1;
    sizes(words, [b * n, this.#words, innerWidth], "TntBlock words");
    return tidy(() => {
      const [y, normal] = this.#inner.forward(words, ctx);
      const joined: Tensor3D = reshape(normal, [b, n, this.#words * innerWidth]); // Vec(Y)
      const merged = mergeWords(tokens, this.proj.forward(joined, within(ctx, "proj")), this.norm2Proj, ctx);
      const mixed = this.#attnOutSublayer.forward(merged, ctx);
      const z = this.#mlpSublayer.forward(mixed, ctx);
      ctx.capture?.("words", () => y);
      return { words: y, tokens: output(ctx, z) };
    });
  }

  /** `input` is the shape of the tokens. */
  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, length = 1] = input;
    const { innerWidth, legacy = false } = this.config;
    const n = length - 1;
    const words = [b * n, this.#words, innerWidth];
    const joined = [b, n, this.#words * innerWidth];
    for (const part of [this.normIn, this.attnIn, this.normMlpIn, this.mlpIn]) child(part, words);
    child(this.norm1Proj, legacy ? words : joined);
    const projected = child(this.proj, joined);
    if (this.norm2Proj) child(this.norm2Proj, projected);
    for (const part of [this.normOut, this.attnOut, this.normMlp, this.mlp]) child(part, input);
    return { output: input };
  }
}
