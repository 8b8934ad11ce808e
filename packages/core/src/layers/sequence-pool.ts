import { type Tensor2D, type Tensor3D, matMul, reshape, softmax, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { type Description, Module } from "../module.ts";
import { type Shape, sizes } from "../shape.ts";
import { Linear } from "./linear.ts";

/** Σ softmax(x w) x: the mean of the tokens by weights that each token gives itself. Hassani et al. 2021 (CCT), "SeqPool". */
export class SequencePool extends Module {
  readonly score: Linear;

  constructor(width: number) {
    super();
    this.score = new Linear(width, 1);
  }

  /** [b, n, d] -> [b, d] */
  forward(x: Tensor3D, ctx: Context = {}): Tensor2D {
    const [b, n, d] = sizes(x, ["b", "n", this.score.inputs], "SequencePool") as [number, number, number];
    return tidy(() => {
      const shares = softmax(reshape(this.score.forward(x, within(ctx, "score")), [b, n]));
      ctx.capture?.("weights", () => shares);
      return output(ctx, reshape(matMul(reshape(shares, [b, 1, n]), x), [b, d]));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, n = 1, d = 1] = input;
    child(this.score, input);
    return { output: [b, d], macs: b * n * d };
  }
}
