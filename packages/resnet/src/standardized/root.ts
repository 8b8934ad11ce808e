import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import { type Context, type Description, GroupNorm, Module, type Shape, StdConv2d, maxPool, output, samePadded, within } from "@tessera/core"; // prettier-ignore
import type { StandardizedConfig } from "./config.ts";

/** A 7 × 7 convolution in steps of two, group norm, ReLU, and max pooling in steps of two: a quarter of the side. */
export class Root extends Module {
  readonly conv: StdConv2d;
  readonly norm: GroupNorm;

  constructor({ channels = 3, stem = 64, groups, epsilon, rule }: StandardizedConfig) {
    super();
    this.conv = new StdConv2d({ inputs: channels, outputs: stem, size: 7, stride: 2, rule });
    this.norm = new GroupNorm(stem, { groups, epsilon });
  }

  /** [b, h, w, c] -> [b, ⌈h / 4⌉, ⌈w / 4⌉, stem] */
  forward(images: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const x = this.norm.forward(this.conv.forward(images, within(ctx, "conv")), within(ctx, "norm"), "relu");
      // After a ReLU the zeros around the map are never larger than what is in a window.
      return output(ctx, maxPool(samePadded(x, 3, 2), { size: 3, stride: 2 }));
    });
  }

  /** Rows or columns of the map of so many pixels. */
  along(pixels: number): number {
    return Math.ceil(Math.ceil(pixels / 2) / 2);
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, c = 1] = child(this.norm, child(this.conv, input));
    return { output: [b, Math.ceil(h / 2), Math.ceil(w / 2), c] };
  }
}
