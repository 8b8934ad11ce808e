import { type Tensor4D, pad, reshape, tidy, transpose } from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  LayerNorm,
  Linear,
  Module,
  type Shape,
  output,
  sizes,
  within,
} from "@tessera/core";

export interface PatchMergingConfig {
  /** Width of the tokens, four of which become one. */
  inputs: number;
  /** Width of the merged token. */
  outputs: number;
  /** The norm follows the layer, as in Swin v2, instead of standing before it. @default false */
  normAfter?: boolean;
  /** Of the layer norm. */
  epsilon: number;
}

/**
 * Four neighbours side by side, and a linear layer: half the rows and columns, each token of its own width. Odd maps are padded
 * with zeros at the bottom and on the right. Liu et al. 2021, section 3.1.
 */
export class PatchMerging extends Module {
  readonly config: PatchMergingConfig;
  readonly norm: LayerNorm;
  readonly reduction: Linear;

  constructor(config: PatchMergingConfig) {
    super();
    const { inputs, outputs, normAfter = false, epsilon } = config;
    this.config = config;
    this.norm = new LayerNorm(normAfter ? outputs : 4 * inputs, epsilon);
    this.reduction = new Linear(4 * inputs, outputs, { bias: false });
  }

  /** [b, h, w, in] -> [b, ⌈h / 2⌉, ⌈w / 2⌉, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    const { inputs, normAfter } = this.config;
    sizes(x, ["b", "h", "w", inputs], "PatchMerging");
    return tidy(() => {
      const four = besideEachOther(x);
      const norm = (y: Tensor4D) => this.norm.forward(y, within(ctx, "norm"));
      const reduce = (y: Tensor4D) => this.reduction.forward(y, within(ctx, "reduction"));
      return output(ctx, normAfter ? norm(reduce(four)) : reduce(norm(four)));
    });
  }

  override describe([b = 1, h = 1, w = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const { inputs, normAfter } = this.config;
    const four: Shape = [b, Math.ceil(h / 2), Math.ceil(w / 2), 4 * inputs];
    if (normAfter) return { output: child(this.norm, child(this.reduction, four)) };
    return { output: child(this.reduction, child(this.norm, four)) };
  }
}

/** Upper left, lower left, upper right and lower right: [b, h, w, c] -> [b, ⌈h / 2⌉, ⌈w / 2⌉, 4·c] */
function besideEachOther(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape;
  const [rows, columns] = [Math.ceil(h / 2), Math.ceil(w / 2)];
  const whole = h % 2 || w % 2 ? pad(x, [[0, 0], [0, h % 2], [0, w % 2], [0, 0]]) : x; // prettier-ignore
  const apart = reshape(whole, [b * rows, 2, columns, 2, c]);
  return reshape(transpose(apart, [0, 2, 3, 1, 4]), [b, rows, columns, 4 * c]);
}
