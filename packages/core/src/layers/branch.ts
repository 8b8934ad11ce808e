import { type Tensor1D, type Tensor3D, add, mul } from "@tensorflow/tfjs-core";
import type { Context } from "../context.ts";
import type { Module } from "../module.ts";
import { dropout } from "./dropout.ts";
import type { Linear } from "./linear.ts";

/** What a block takes besides its tokens and hands on to its branches. Each branch takes what it uses. */
export interface BlockInputs {
  /** [rows, columns] of the tokens that are patches; those before them have no place in it. */
  grid?: readonly [number, number] | undefined;
  /** True or 1 where a query may look. [b or 1, n or 1, m] */
  mask?: Tensor3D | undefined;
  /** Added to the tokens that queries are made of, and to nothing else. [b or 1, n, d] */
  queryPositions?: Tensor3D | undefined;
  /** Added to the tokens that keys are made of; values are made of the tokens alone. [b or 1, m, d] */
  keyPositions?: Tensor3D | undefined;
  /** Other tokens, which cross-attention looks at. [b, m, d] */
  memory?: Tensor3D | undefined;
}

/** What a branch takes besides its tokens: residual + scale · branch(x). */
export interface BranchInputs extends BlockInputs {
  /** What the branch's last layer adds its result to, in the same pass. [b, n, d] */
  residual?: Tensor3D | undefined;
  /** Layer scale, for the same pass. [d] */
  scale?: Tensor1D | undefined;
}

/** The part of a block on a residual branch: attention, MLP, or one's own. */
export interface Branch extends Module {
  /** Says that `forward` takes `residual` and `scale`; of other branches the block computes the sum. @default false */
  readonly fusesResidual?: boolean;
  /** [b, n, d] -> [b, n, d] */
  forward(x: Tensor3D, ctx?: Context, inputs?: BranchInputs): Tensor3D;
}

/**
 * How a branch ends: residual + scale · dropout(layer(x)). [b, n, in] -> [b, n, out] in one pass, unless dropout acts, which
 * stands between the layer and the sum.
 */
export function projectInto(
  layer: Linear,
  x: Tensor3D,
  ctx: Context,
  { residual, scale, dropout: rate = 0 }: Pick<BranchInputs, "residual" | "scale"> & { dropout?: number | undefined },
): Tensor3D {
  if (!ctx.training || rate === 0) return layer.forward(x, ctx, { residual, scale });
  const dropped = dropout(layer.forward(x, ctx), rate, ctx);
  const scaled: Tensor3D = scale ? mul(dropped, scale) : dropped;
  return residual ? add(residual, scaled) : scaled;
}
