import { type Tensor1D, type Tensor3D, add } from "@tensorflow/tfjs-core";
import { type Context, within } from "../context.ts";
import { type Module, snakeCase } from "../module.ts";
import type { BlockInputs, Branch } from "./branch.ts";
import { dropPath } from "./dropout.ts";
import type { Norm } from "./layer-norm.ts";
import type { LayerScale } from "./layer-scale.ts";

/**
 * Where the norm stands: before the branch; after the sum, as in Vaswani et al. 2017; or between branch and sum, as in Swin v2's
 * res-post-norm.
 */
export type NormOrder = "pre" | "post" | "res-post";

/** Fields of a block that hold a `Part`. */
type FieldOf<Block, Part> = { [F in keyof Block]: Block[F] extends Part ? F : never }[keyof Block] & string;

/** The fields of a block that make a sublayer; their names are what captures see. */
export interface SublayerFields<Block> {
  norm: FieldOf<Block, Norm>;
  branch: FieldOf<Block, Branch>;
  scale?: FieldOf<Block, LayerScale | undefined>;
}

export interface SublayerOptions {
  /** @default "pre" */
  order?: NormOrder;
  /** Probability that a sample skips the branch while training. @default 0 */
  dropPath?: number;
}

/**
 * One line of a block: x + branch(norm(x)), norm(x + branch(x)) in post-norm, or x + norm(branch(x)) in res-post-norm, with layer
 * scale and drop path on the branch. It owns nothing: the parts are the block's, under the names that checkpoints have for them.
 */
export class Sublayer<Block extends Module> {
  readonly #block: Block;
  readonly #fields: SublayerFields<Block>;
  readonly #order: NormOrder;
  readonly #dropPath: number;

  constructor(block: Block, fields: SublayerFields<Block>, options: SublayerOptions = {}) {
    this.#block = block;
    this.#fields = fields;
    this.#order = options.order ?? "pre";
    this.#dropPath = options.dropPath ?? 0;
  }

  /** [b, n, d] -> [b, n, d] */
  forward(x: Tensor3D, ctx: Context, inputs: BlockInputs = {}): Tensor3D {
    if (this.#order === "post") return this.#normalise(this.#add(x, x, ctx, inputs), ctx);
    if (this.#order === "res-post") return this.#addApart(x, x, ctx, inputs);
    return this.#add(x, this.#normalise(x, ctx), ctx, inputs);
  }

  #normalise(x: Tensor3D, ctx: Context): Tensor3D {
    const { norm } = this.#fields;
    return (this.#block[norm] as Norm).forward(x, within(ctx, snakeCase(norm)));
  }

  /** x + dropPath(scale(branch(h))), in one pass where the branch can do it and nobody looks at the parts. */
  #add(x: Tensor3D, h: Tensor3D, ctx: Context, inputs: BlockInputs): Tensor3D {
    const branch = this.#block[this.#fields.branch] as Branch;
    const dropping = ctx.training === true && this.#dropPath > 0;
    if (branch.fusesResidual && !ctx.capture && !dropping) {
      return branch.forward(h, ctx, {
        ...inputs,
        residual: x,
        scale: this.#scale?.gamma.value as Tensor1D | undefined,
      });
    }
    return this.#addApart(x, h, ctx, inputs);
  }

  /** The same part by part, with the norm between branch and sum in res-post-norm. */
  #addApart(x: Tensor3D, h: Tensor3D, ctx: Context, inputs: BlockInputs): Tensor3D {
    const { branch: name, scale: scaleName } = this.#fields;
    const branch = this.#block[name] as Branch;
    const mixed = branch.forward(h, branch.flatten ? ctx : within(ctx, snakeCase(name)), inputs);
    const y = this.#order === "res-post" ? this.#normalise(mixed, ctx) : mixed;
    const scaled = this.#scale ? this.#scale.forward(y, within(ctx, snakeCase(scaleName!))) : y;
    return add(x, dropPath(scaled, this.#dropPath, ctx));
  }

  get #scale(): LayerScale | undefined {
    const { scale } = this.#fields;
    return scale && (this.#block[scale] as LayerScale | undefined);
  }
}
