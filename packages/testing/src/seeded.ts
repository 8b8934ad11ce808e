import { type Tensor, tensor } from "@tensorflow/tfjs-core";

/** A repeatable source of numbers for tests, independent of the one that core offers. */
export interface Seeded {
  /** Evenly spread in `[low, high)`. @default 0 and 1 */
  uniform(low?: number, high?: number): number;
  /** Gaussian. @default mean 0, deviation 1 */
  normal(mean?: number, deviation?: number): number;
  /** A whole number in `[0, limit)`. */
  integer: (limit: number) => number;
  /** A float32 tensor of Gaussian values. */
  normals(shape: number[], deviation?: number): Tensor;
  /** A float32 tensor of values in `[low, high)`. */
  uniforms(shape: number[], low?: number, high?: number): Tensor;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), with 15 rounds to spread the seed. */
export function seeded(seed: number): Seeded {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }
  for (let round = 0; round < 15; round++) next();

  function uniform(low = 0, high = 1): number {
    return low + (high - low) * next();
  }
  /** Box and Muller 1958. */
  function normal(mean = 0, deviation = 1): number {
    return mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }
  function fill(shape: number[], draw: () => number): Tensor {
    const size = shape.reduce((product, length) => product * length, 1);
    return tensor(Float32Array.from({ length: size }, draw), shape, "float32");
  }
  return {
    uniform,
    normal,
    integer: (limit) => Math.floor(uniform(0, limit)),
    normals: (shape, deviation = 1) => fill(shape, () => normal(0, deviation)),
    uniforms: (shape, low = 0, high = 1) => fill(shape, () => uniform(low, high)),
  };
}
