import { type Tensor1D, type Tensor3D, add, mul } from "@tensorflow/tfjs-core";
import { type Context, within } from "../context.ts";
import type { Module } from "../module.ts";
import { dropPath } from "./dropout.ts";
import type { LayerScale } from "./layer-scale.ts";

/** What a branch's last linear layer adds its result to, in the same pass. */
export interface Residual {
  residual: Tensor3D;
  scale?: Tensor1D | undefined;
}

/** The part of a block on a residual branch: attention, MLP, or one's own. */
export interface Branch extends Module {
  /** Says that `forward` takes a third argument and adds its result to it. @default false */
  readonly fusesResidual?: boolean;
  /** [b, n, d] -> [b, n, d] */
  forward(x: Tensor3D, ctx?: Context, into?: Residual): Tensor3D;
}

/**
 * x + dropPath(scale(branch(h))). One pass where the branch can do it and nobody looks at the parts; `name` and
 * `scaleName` are the fields of the block.
 */
export function addBranch(
  x: Tensor3D,
  h: Tensor3D,
  branch: Branch,
  ctx: Context,
  { name, scale, scaleName, rate }: { name: string; scale: LayerScale | undefined; scaleName: string; rate: number },
): Tensor3D {
  const dropping = ctx.training === true && rate > 0;
  if (branch.fusesResidual && !ctx.capture && !dropping) {
    return branch.forward(h, ctx, { residual: x, scale: scale?.gamma.value as Tensor1D | undefined });
  }
  const y = branch.forward(h, within(ctx, name));
  const scaled = scale ? scale.forward(y, within(ctx, scaleName)) : y;
  return add(x, dropPath(scaled, rate, ctx));
}

/** Adds a finished branch by hand, where dropout stood between it and the projection. */
export function addInto(y: Tensor3D, { residual, scale }: Residual): Tensor3D {
  return add(residual, scale ? mul(y, scale) : y);
}
