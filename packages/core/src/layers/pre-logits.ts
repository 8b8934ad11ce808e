import { type Tensor, tanh, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import type { Initializer } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import type { Shape } from "../shape.ts";
import { Linear } from "./linear.ts";

/** tanh(fc(x)) before the classifier, as in the original ImageNet-21k checkpoints: Dosovitskiy et al. 2021, section 3.2. */
export class PreLogits extends Module {
  readonly fc: Linear;

  constructor(width: number, init?: Initializer) {
    super();
    this.fc = new Linear(width, width, { init });
  }

  /** [..., d] -> [..., d] */
  forward<T extends Tensor>(x: T, ctx: Context = {}): T {
    return tidy(() => output(ctx, tanh(this.fc.forward(x, within(ctx, "fc")))));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.fc, input) };
  }
}
