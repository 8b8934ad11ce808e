import { type Tensor4D, add, tidy } from "@tensorflow/tfjs-core";
import { type Context, output, within } from "../context.ts";
import { type Initializer, fans, torchUniform } from "../init/initializers.ts";
import { type Description, Module } from "../module.ts";
import { activate } from "../ops/activation.ts";
import { maxPool } from "../ops/max-pool.ts";
import type { Shape } from "../shape.ts";
import { BatchNorm, type BatchNormConfig } from "./batch-norm.ts";
import { Conv2d } from "./conv2d.ts";

export interface ConvGroupConfig {
  /** Channels of the image. */
  inputs: number;
  /** Channels of the result. */
  outputs: number;
  /** Convolutions. With the third, all but the first are a residual branch. @default 2 */
  depth?: 2 | 3;
  /** Of all its batch norms. */
  norm?: BatchNormConfig;
}

/** PyTorch's start, but the first outputs hand the inputs on: Zagoruyko and Komodakis 2017 (DiracNets). */
const partlyIdentity: Initializer = (random, shape) => {
  const [outputs = 1, inputs = 1, rows = 1, columns = 1] = shape;
  const values = torchUniform(fans(shape).fanIn)(random, shape);
  const size = rows * columns;
  const centre = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  for (let o = 0; o < Math.min(inputs, outputs); o++) {
    values.fill(0, o * inputs * size, (o + 1) * inputs * size);
    values[(o * inputs + o) * size + centre] = 1;
  }
  return values;
};

function conv(inputs: number, outputs: number): Conv2d {
  return new Conv2d({ inputs, outputs, size: 3, padding: 1, bias: false, init: partlyIdentity });
}

/** Two or three 3 × 3 convolutions with batch norm and GELU, the grid halved after the first: Jordan 2024 (airbench). */
export class ConvGroup extends Module {
  readonly conv1: Conv2d;
  readonly norm1: BatchNorm;
  readonly conv2: Conv2d;
  readonly norm2: BatchNorm;
  readonly conv3: Conv2d | undefined;
  readonly norm3: BatchNorm | undefined;

  constructor({ inputs, outputs, depth = 2, norm }: ConvGroupConfig) {
    super();
    this.conv1 = conv(inputs, outputs);
    this.norm1 = new BatchNorm(outputs, norm);
    this.conv2 = conv(outputs, outputs);
    this.norm2 = new BatchNorm(outputs, norm);
    this.conv3 = depth === 3 ? conv(outputs, outputs) : undefined;
    this.norm3 = depth === 3 ? new BatchNorm(outputs, norm) : undefined;
  }

  /** [b, h, w, in] -> [b, ⌊h / 2⌋, ⌊w / 2⌋, out] */
  forward(x: Tensor4D, ctx: Context = {}): Tensor4D {
    return tidy(() => {
      const halved = maxPool(this.conv1.forward(x, within(ctx, "conv1")), { size: 2 });
      const start = this.norm1.forward(halved, within(ctx, "norm1"), "gelu");
      const y = this.norm2.forward(this.conv2.forward(start, within(ctx, "conv2")), within(ctx, "norm2"), "gelu");
      if (!this.conv3) return output(ctx, y);
      const branch = this.norm3!.forward(this.conv3.forward(y, within(ctx, "conv3")), within(ctx, "norm3"));
      return output(ctx, activate(add<Tensor4D>(branch, start), "gelu"));
    });
  }

  override describe(input: Shape, child: (part: Module, input: Shape) => Shape): Description {
    const [b = 1, h = 1, w = 1, c = 1] = child(this.conv1, input);
    let shape: Shape = [b, Math.floor(h / 2), Math.floor(w / 2), c];
    for (const part of [this.norm1, this.conv2, this.norm2, this.conv3, this.norm3])
      if (part) shape = child(part, shape);
    return { output: shape };
  }
}
