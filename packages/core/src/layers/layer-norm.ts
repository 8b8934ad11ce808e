import { type Tensor, type Tensor1D, add, mean, mul, rsqrt, square, tidy } from "@tensorflow/tfjs-core";
import { type Context, output } from "../context.ts";
import { type Initializer, ones, zeros } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { layerNorm } from "../ops/layer-norm.ts";
import { Param } from "../param.ts";
import type { Shape } from "../shape.ts";

/** What an encoder block normalises with. */
export interface Norm extends Module {
  forward<T extends Tensor>(x: T, ctx?: Context): T;
}

/** (x − μ) / √(σ² + ε) · weight + bias over the last axis: Ba et al. 2016. */
export class LayerNorm extends Module implements Norm {
  readonly epsilon: number;
  readonly weight: Param;
  readonly bias: Param;

  /**
   * @param epsilon 1e-6 in ViT, DeiT and DINO; 1e-5 in TNT and Swin; Hugging Face's configs often say 1e-12.
   * @param init How the weight starts: from `zeros`, a norm that ends a branch leaves the stream as it is at first.
   */
  constructor(width: number, epsilon = 1e-6, init: Initializer = ones) {
    super();
    this.epsilon = epsilon;
    this.weight = new Param([width], init);
    this.bias = new Param([width], zeros);
  }

  /** [..., d] -> [..., d] */
  forward<T extends Tensor>(x: T, ctx: Context = {}): T {
    return output(
      ctx,
      layerNorm(x, this.weight.value as Tensor as Tensor1D, this.bias.value as Tensor as Tensor1D, this.epsilon),
    );
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}

/** x / √(mean x² + ε) · weight over the last axis: Zhang and Sennrich 2019. */
export class RmsNorm extends Module implements Norm {
  readonly epsilon: number;
  readonly weight: Param;

  constructor(width: number, epsilon = 1e-6) {
    super();
    this.epsilon = epsilon;
    this.weight = new Param([width], ones);
  }

  /** [..., d] -> [..., d] */
  forward<T extends Tensor>(x: T, ctx: Context = {}): T {
    return output(
      ctx,
      tidy(() => mul(mul(x, rsqrt(add(mean(square(x), -1, true), this.epsilon))), this.weight.value) as T),
    );
  }

  override describe(input: Shape): Description {
    return { output: input };
  }
}
