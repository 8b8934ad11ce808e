import { type Tensor, mul } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { constant } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";

/** A learned factor per channel on a residual branch, small at the start: Touvron et al. 2021 (CaiT). */
export class LayerScale extends Module {
  readonly gamma: Param;

  constructor(width: number, initial = 1e-5) {
    super();
    this.gamma = new Param([width], constant(initial));
  }

  /** [..., d] -> [..., d] */
  forward<T extends Tensor>(x: T, ctx: Context = {}): T {
    return output(ctx, mul(x, this.gamma.value) as T);
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
