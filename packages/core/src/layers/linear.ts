import { type Tensor, type Tensor1D, type Tensor2D, slice, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { type Initializer, truncNormal, zeros } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { type LinearOptions, linear } from "../ops/linear.ts";
import { Param } from "../param.ts";
import { type Shape, sizeOf } from "../shape.ts";

export interface LinearConfig {
  /** @default true */
  bias?: boolean;
  /** @default truncNormal(0.02), as timm's vision transformers */
  init?: Initializer;
  /** @default zeros */
  biasInit?: Initializer;
}

/** x Wᵀ + b, with what follows in one pass. */
export class Linear extends Module {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Param;
  readonly bias: Param | undefined;

  constructor(inputs: number, outputs: number, config: LinearConfig = {}) {
    super();
    const { bias = true, init = truncNormal(0.02), biasInit = zeros } = config;
    this.inputs = inputs;
    this.outputs = outputs;
    this.weight = new Param([outputs, inputs], init);
    this.bias = bias ? new Param([outputs], biasInit) : undefined;
  }

  /** [..., in] -> [..., out] */
  forward<T extends Tensor>(x: T, ctx: Context = {}, after: Omit<LinearOptions, "bias"> = {}): T {
    return output(
      ctx,
      linear(x, this.weight.value as Tensor as Tensor2D, { ...after, bias: this.bias?.value as Tensor1D | undefined }),
    );
  }

  /** `count` of the outputs, from `start` on, as if the layer had no others. [..., in] -> [..., count] */
  outputsOf<T extends Tensor>(x: T, start: number, count: number): T {
    return tidy(() => {
      const weight = slice(this.weight.value as Tensor as Tensor2D, [start, 0], [count, this.inputs]);
      const bias = this.bias && slice(this.bias.value as Tensor as Tensor1D, [start], [count]);
      return linear(x, weight, { bias });
    });
  }

  override describe(input: Shape): Description {
    return {
      output: [...input.slice(0, -1), this.outputs],
      macs: sizeOf(input.slice(0, -1)) * this.inputs * this.outputs,
    };
  }
}
