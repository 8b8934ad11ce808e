import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  pad,
  reshape,
  tidy,
} from "@tensorflow/tfjs-core";
import {
  type Context,
  type Description,
  Module,
  Param,
  type Shape,
  linear,
  output,
  patchGrid,
  patchify,
  torchUniform,
} from "@tessera/core";

/** Side of the kernel in pixels, and the zeros around what it sees. */
const KERNEL = 7;
const PADDING = 3;

/** The 7×7 convolution that makes words; its weight [d, channels, 7, 7] and bias lie where checkpoints have them. */
export class WordConvolution extends Module {
  readonly weight: Param;
  readonly bias: Param;
  readonly #stride: readonly [number, number];

  constructor(channels: number, width: number, stride: readonly [number, number]) {
    super();
    const init = torchUniform(channels * KERNEL * KERNEL);
    this.weight = new Param([width, channels, KERNEL, KERNEL], init);
    this.bias = new Param([width], init);
    this.#stride = stride;
  }

  /** [rows, columns] of words on a picture of [height, width]. */
  gridOf(size: readonly [number, number]): [number, number] {
    return patchGrid(size, this.geometry([KERNEL, KERNEL]));
  }

  /** [b, h, w, c] -> [b, rows · columns, d] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor3D {
    const [, h, w] = x.shape;
    const wide = this.geometry([0, 1].map((axis) => this.windowOf(axis as 0 | 1, [h, w])) as [number, number]);
    const weight = this.weight.value as Tensor as Tensor4D;
    const [d] = weight.shape;
    return tidy(() => {
      const padded = pad(weight, [
        [0, 0],
        [0, 0],
        [0, wide.patchSize[0] - KERNEL],
        [0, wide.patchSize[1] - KERNEL],
      ]);
      const flat: Tensor2D = reshape(padded, [d, -1]); // [d, c·p·p]
      return output(ctx, linear(patchify(x, wide), flat, { bias: this.bias.value as Tensor as Tensor1D }));
    });
  }

  /**
   * Windows of whole strides, with zeros where the kernel ends, take a tenth of the time to cut: 2 × 2 pieces of 4 × 4
   * pixels rather than 7 × 7 of one. Where they would not fit as often, the kernel's own size is taken.
   */
  private windowOf(axis: 0 | 1, size: [number, number]): number {
    const stride = this.#stride[axis];
    const wide = Math.ceil(KERNEL / stride) * stride;
    return patchGrid(size, this.geometry([wide, wide]))[axis] === this.gridOf(size)[axis] ? wide : KERNEL;
  }

  private geometry(patchSize: [number, number]) {
    return { patchSize, stride: this.#stride, padding: [PADDING, PADDING] as const };
  }

  override describe(input: Shape): Description {
    const [b = 1, h = 1, w = 1] = input;
    const [rows, columns] = this.gridOf([h, w]);
    return { output: [b, rows * columns, this.weight.shape[0]!], macs: b * rows * columns * this.weight.size };
  }
}
