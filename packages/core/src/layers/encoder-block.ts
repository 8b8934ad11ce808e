import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { type Description, Module } from "../module.ts";
import type { Shape } from "../shape.ts";
import { Attention } from "./attention.ts";
import type { BlockInputs, Branch } from "./branch.ts";
import { LayerNorm, type Norm } from "./layer-norm.ts";
import { LayerScale } from "./layer-scale.ts";
import { Mlp } from "./mlp.ts";
import { type NormOrder, Sublayer } from "./sublayer.ts";

export interface EncoderBlockConfig {
  /** Of a token. */
  width: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** @default 4 · width; ignored when `mlp` is given */
  mlpDim?: number;
  /** @default "pre" */
  order?: NormOrder;
  /** Start value of layer scale; without it there is none. */
  layerScale?: number;
  /** Probability that a sample skips a branch while training. @default 0 */
  dropPath?: number;
  /** ε of the norms. @default 1e-6 */
  epsilon?: number;
  /** Another token mixer. @default new Attention({ width, heads }) */
  attn?: Branch;
  /** Another MLP. @default new Mlp({ width, hidden: mlpDim }) */
  mlp?: Branch;
  /** Another norm. @default LayerNorm */
  norm?: (width: number, epsilon: number) => Norm;
}

/** Attention and an MLP, each on a residual branch: Dosovitskiy et al. 2021, eq. 2 and 3. */
export class EncoderBlock extends Module {
  readonly config: EncoderBlockConfig;
  readonly norm1: Norm;
  readonly attn: Branch;
  readonly ls1: LayerScale | undefined;
  readonly norm2: Norm;
  readonly mlp: Branch;
  readonly ls2: LayerScale | undefined;
  readonly #attnSublayer: Sublayer<EncoderBlock>;
  readonly #mlpSublayer: Sublayer<EncoderBlock>;

  constructor(config: EncoderBlockConfig) {
    super();
    const {
      width,
      heads,
      mlpDim = 4 * width,
      layerScale,
      order,
      dropPath,
      epsilon = 1e-6,
      norm = (w, e) => new LayerNorm(w, e),
    } = config;
    this.config = config;
    this.norm1 = norm(width, epsilon);
    this.attn = config.attn ?? new Attention({ width, heads });
    this.ls1 = layerScale === undefined ? undefined : new LayerScale(width, layerScale);
    this.norm2 = norm(width, epsilon);
    this.mlp = config.mlp ?? new Mlp({ width, hidden: mlpDim });
    this.ls2 = layerScale === undefined ? undefined : new LayerScale(width, layerScale);
    this.#attnSublayer = new Sublayer<EncoderBlock>(
      this,
      { norm: "norm1", branch: "attn", scale: "ls1" },
      { order, dropPath },
    );
    this.#mlpSublayer = new Sublayer<EncoderBlock>(
      this,
      { norm: "norm2", branch: "mlp", scale: "ls2" },
      { order, dropPath },
    );
  }

  /**
   * z′ = z + attn(norm1(z)), then z′ + mlp(norm2(z′)); in post-norm, norm1(z + attn(z)) and so on, in res-post-norm z + norm1(attn(z)).
   * [b, n, d] -> [b, n, d]
   */
  forward(x: Tensor3D, ctx: Context = {}, inputs: BlockInputs = {}): Tensor3D {
    return tidy(() => {
      const mixed = this.#attnSublayer.forward(x, ctx, inputs);
      return output(ctx, this.#mlpSublayer.forward(mixed, ctx, inputs));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const part of [this.norm1, this.attn, this.ls1, this.norm2, this.mlp, this.ls2]) if (part) child(part, input);
    return { output: input };
  }
}
