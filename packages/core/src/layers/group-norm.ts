import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { ShapeError } from "../errors.ts";
import { type Initializer, ones, zeros } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { type Activation, activate } from "../ops/activation.ts";
import { groupNorm } from "../ops/group-norm.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";

export interface GroupNormConfig {
  /** @default 32, as in the paper */
  groups?: number;
  /** @default 1e-5 */
  epsilon?: number;
  /** Of the weight. @default ones */
  init?: Initializer;
}

/** Group norm of maps: Wu and He 2018. Unlike batch norm it is the same while training. */
export class GroupNorm extends Module {
  readonly width: number;
  readonly config: Required<Omit<GroupNormConfig, "init">>;
  readonly weight: Param;
  readonly bias: Param;

  /** @throws {ShapeError} if the channels do not make whole groups. */
  constructor(width: number, { groups = 32, epsilon = 1e-5, init = ones }: GroupNormConfig = {}) {
    super();
    if (width % groups !== 0)
      throw new ShapeError(`GroupNorm: expected channels in ${groups} equal groups, got ${width}`);
    this.width = width;
    this.config = { groups, epsilon };
    this.weight = new Param([width], init);
    this.bias = new Param([width], zeros);
  }

  /** [b, h, w, c] -> [b, h, w, c] */
  forward(x: Tensor4D, ctx: Context = {}, activation: Activation = "none"): Tensor4D {
    const options = {
      ...this.config,
      gamma: this.weight.value as Tensor as Tensor1D,
      beta: this.bias.value as Tensor as Tensor1D,
    };
    // Looked at, it shows the values before the activation.
    if (ctx.capture) return activate(output(ctx, groupNorm(x, options)), activation);
    return groupNorm(x, { ...options, activation });
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
