import type { Tensor4D } from "@tensorflow/tfjs-core";
import {
  type Context,
  Conv2d,
  type Description,
  GroupNorm,
  Module,
  type Shape,
  within,
  xavierUniform,
  zeros,
} from "@tessera/core";

/** Brings a map to the width of a token. Its parts have the numbers that checkpoints have for them. */
export class InputProjection extends Module {
  readonly 0: Conv2d;
  readonly 1: GroupNorm;

  /** @param smaller makes a map of half the side. */
  constructor(inputs: number, width: number, smaller: boolean) {
    super();
    const kind = smaller ? { size: 3, stride: 2, padding: 1 } : { size: 1 };
    this[0] = new Conv2d({ inputs, outputs: width, ...kind, init: xavierUniform, biasInit: zeros });
    this[1] = new GroupNorm(width);
  }

  /** [b, h, w, c] -> [b, h′, w′, d] */
  forward(map: Tensor4D, ctx: Context): Tensor4D {
    return this[1].forward(this[0].forward(map, within(ctx, "0")), within(ctx, "1"));
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this[1], child(this[0], input)) };
  }
}
