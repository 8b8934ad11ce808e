import type { Random } from "../random.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Fills the values of one parameter. Weights are `[out, in, …]`, as in timm. */
export type Initializer = (random: Random, shape: Shape) => Float32Array;

/** Standard deviation of a standard normal truncated at ±2. */
const TRUNCATED_STD = 0.87962566103423978;

function fill(shape: Shape, draw: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

/** Inputs and outputs of one unit, counting the taps of a convolution. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const [out = 1, inputs = 1, ...taps] = shape;
  const field = sizeOf(taps);
  return { fanIn: inputs * field, fanOut: out * field };
}

function truncated(random: Random, limit: number): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= limit) return value;
  }
}

export const zeros: Initializer = (_, shape) => new Float32Array(sizeOf(shape));

export const ones: Initializer = (_, shape) => new Float32Array(sizeOf(shape)).fill(1);

export function constant(value: number): Initializer {
  return (_, shape) => new Float32Array(sizeOf(shape)).fill(value);
}

export function normal(std: number): Initializer {
  return (random, shape) => fill(shape, () => std * random.normal());
}

/** PyTorch's and timm's `trunc_normal_`: cut at the absolute values ±2, which for std 0.02 is an ordinary normal. */
export function truncNormal(std = 0.02): Initializer {
  return (random, shape) => fill(shape, () => std * truncated(random, 2 / std));
}

/** timm's `trunc_normal_tf_` and JAX's `truncated_normal`: cut at ±2 σ and not rescaled, so the result's std is 0.88 σ. */
export function truncNormalTf(std = 0.02): Initializer {
  return (random, shape) => fill(shape, () => std * truncated(random, 2));
}

/** JAX's `lecun_normal`: cut at ±2 σ and rescaled, so that the result's std is √(1 / fan in). */
export const lecunNormal: Initializer = (random, shape) => {
  const std = Math.sqrt(1 / fans(shape).fanIn) / TRUNCATED_STD;
  return fill(shape, () => std * truncated(random, 2));
};

/** He et al. 2015 by fan out, for layers before a ReLU: how ResNets start, normal with σ = √(2 / fan out). */
export const kaimingNormal: Initializer = (random, shape) => normal(Math.sqrt(2 / fans(shape).fanOut))(random, shape);

/** Glorot and Bengio 2010: uniform in ±√(6 / (fan in + fan out)). */
export const xavierUniform: Initializer = (random, shape) => {
  const { fanIn, fanOut } = fans(shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(random, shape);
};

/** MoCo v3's rule for a fused q, k, v weight `[3d, d]`: Glorot's of one of the three. */
export const xavierUniformQkv: Initializer = (random, shape) =>
  uniform(Math.sqrt(6 / ((shape[0] ?? 0) / 3 + (shape[1] ?? 0))))(random, shape);

/** Uniform in ±limit. */
export function uniform(limit: number): Initializer {
  return (random, shape) => fill(shape, () => limit * (2 * random.uniform() - 1));
}

/** PyTorch's default of `Linear` and `Conv2d`, for a weight and for the bias beside it: uniform in ±1 / √(fan in of the weight). */
export function torchUniform(fanIn: number): Initializer {
  return uniform(1 / Math.sqrt(fanIn));
}
