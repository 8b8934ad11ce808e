import {
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  add,
  concat,
  reshape,
  slice,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  type Initializer,
  LayerNorm,
  Module,
  Param,
  type Shape,
  convolution,
  fans,
  linear,
  normal,
  output,
  truncNormal,
  within,
  zeros,
} from "@tessera/core";

/** He et al. 2015 by fan out, detectron2's `c2_msra_fill`. */
const kaiming: Initializer = (random, shape) => normal(Math.sqrt(2 / fans(shape).fanOut))(random, shape);

/** A convolution without bias and its norm over the channels, which it owns as in detectron2. */
export class NormedConv extends Module {
  readonly weight: Param;
  readonly norm: LayerNorm;
  readonly #size: 1 | 3;

  constructor(inputs: number, outputs: number, size: 1 | 3) {
    super();
    this.weight = new Param([outputs, inputs, size, size], kaiming);
    this.norm = new LayerNorm(outputs);
    this.#size = size;
  }

  /** [b, h, w, in] -> [b, h, w, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const sums = convolution(x, this.weight.value as Tensor as Tensor4D, { padding: this.#size === 3 ? 1 : 0 });
      return output(ctx, this.norm.forward(sums, within(ctx, "norm")));
    });
  }

  override describe([b = 1, h = 1, w = 1]: Shape, child: (part: Module, input: Shape) => Shape): Description {
    return { output: child(this.norm, [b, h, w, this.weight.shape[0]!]), macs: b * h * w * this.weight.size };
  }
}

/** A transposed convolution of 2 × 2 in steps of two, with PyTorch's weight [in, out, 2, 2]: every place becomes four. */
export class Doubling extends Module {
  readonly weight: Param;
  readonly bias: Param;

  constructor(inputs: number, outputs: number) {
    super();
    this.weight = new Param([inputs, outputs, 2, 2], truncNormal(0.02));
    this.bias = new Param([outputs], zeros);
  }

  /** [b, h, w, in] -> [b, 2h, 2w, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    const [inputs, outputs] = this.weight.shape as [number, number];
    const [b, h, w] = x.shape;
    return tidy(() => {
      const parts = transpose(this.weight.value as Tensor as Tensor4D, [2, 3, 1, 0]); // [row, column, out, in]
      const lines = [0, 1].map((row) => {
        const weight = reshape(slice(parts, [row, 0, 0, 0], [1, 2, outputs, inputs]), [2 * outputs, inputs]);
        return reshape(linear(x, weight as never), [b, h, 1, 2 * w * outputs]);
      });
      const places = reshape(concat(lines, 2), [b, 2 * h, 2 * w, outputs]);
      return output(ctx, add(places, this.bias.value as Tensor as Tensor1D) as Tensor4D);
    });
  }

  override describe([b = 1, h = 1, w = 1]: Shape): Description {
    return { output: [b, 2 * h, 2 * w, this.weight.shape[1]!], macs: b * h * w * this.weight.size };
  }
}
