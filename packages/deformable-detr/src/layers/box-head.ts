import type { Tensor3D } from "@tensorflow/tfjs-core";
import { type Context, type Description, type Initializer, Linear, Module, type Shape, output, repeat, torchUniform, within, zeros } from "@tessera/core"; // prettier-ignore

/** How far a box is from where its query looks, as log-odds: three layers. At first boxes stay where they are. */
export class BoxHead extends Module {
  readonly layers: Linear[];

  constructor(width: number, biasInit: Initializer) {
    super();
    this.layers = repeat(
      3,
      (i) => new Linear(width, i === 2 ? 4 : width, i === 2 ? { init: zeros, biasInit } : { init: torchUniform(width), biasInit: torchUniform(width) }), // prettier-ignore
    );
  }

  /** [b, q, d] -> [b, q, 4] */
  forward(x: Tensor3D, ctx: Context): Tensor3D {
    const last = this.layers.length - 1;
    return output(
      ctx,
      this.layers.reduce(
        (h, layer, i) => layer.forward(h, within(ctx, `layers.${i}`), { activation: i < last ? "relu" : "none" }),
        x,
      ),
    );
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: this.layers.reduce((shape, layer) => child(layer, shape), input) };
  }
}
