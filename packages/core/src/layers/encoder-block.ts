import { type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { type Description, Module } from "../module.ts";
import type { Shape } from "../shape.ts";
import { Attention } from "./attention.ts";
import { LayerNorm, type Norm } from "./layer-norm.ts";
import { LayerScale } from "./layer-scale.ts";
import { Mlp } from "./mlp.ts";
import { type Branch, addBranch } from "./residual.ts";

export interface EncoderBlockConfig {
  width: number;
  heads: number;
  /** @default 4 · width; ignored when `mlp` is given */
  mlpDim?: number;
  /** Where the norms stand: before each branch, or after each sum as in Vaswani et al. 2017. @default "pre" */
  order?: "pre" | "post";
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

  constructor(config: EncoderBlockConfig) {
    super();
    const {
      width,
      heads,
      mlpDim = 4 * width,
      layerScale,
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
  }

  /** [b, n, d] -> [b, n, d] */
  forward(x: Tensor3D, ctx: Context = {}): Tensor3D {
    const { order = "pre", dropPath: rate = 0 } = this.config;
    const attn = { name: "attn", scale: this.ls1, scaleName: "ls1", rate };
    const mlp = { name: "mlp", scale: this.ls2, scaleName: "ls2", rate };
    return tidy(() => {
      if (order === "post") {
        const mixed = this.norm1.forward(addBranch(x, x, this.attn, ctx, attn), within(ctx, "norm1"));
        return output(ctx, this.norm2.forward(addBranch(mixed, mixed, this.mlp, ctx, mlp), within(ctx, "norm2")));
      }
      const mixed = addBranch(x, this.norm1.forward(x, within(ctx, "norm1")), this.attn, ctx, attn);
      return output(ctx, addBranch(mixed, this.norm2.forward(mixed, within(ctx, "norm2")), this.mlp, ctx, mlp));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    for (const part of [this.norm1, this.attn, this.ls1, this.norm2, this.mlp, this.ls2]) if (part) child(part, input);
    return { output: input };
  }
}
