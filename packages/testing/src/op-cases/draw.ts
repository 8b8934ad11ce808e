import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D, tensor } from "@tensorflow/tfjs-core";
import { seeded } from "../seeded.ts";

/** Numbers of rows about the sizes of tiles, vectors and workgroups, and the tokens of a ViT. */
export const oddRows = [1, 3, 15, 16, 17, 31, 33, 65, 130, 196, 197, 577] as const;

type TensorOf<Shape extends readonly number[]> = Shape extends readonly [number]
  ? Tensor1D
  : Shape extends readonly [number, number]
    ? Tensor2D
    : Shape extends readonly [number, number, number]
      ? Tensor3D
      : Shape extends readonly [number, number, number, number]
        ? Tensor4D
        : Tensor;

/** Gaussian values of float32. */
export function normals<const S extends readonly number[]>(
  seed: number,
  shape: S,
  deviation = 1,
  mean = 0,
): TensorOf<S> {
  const { normal } = seeded(seed);
  return filled(shape, () => normal(mean, deviation));
}

/** About a third of zeros, and a first query that may look nowhere. */
export function maskOf<const S extends readonly number[]>(
  shape: S,
  dtype: "bool" | "float32" | "int32" = "float32",
): TensorOf<S> {
  const { uniform } = seeded(9);
  const keys = shape.at(-1)!;
  return filled(shape, (i) => (i < keys ? 0 : Number(uniform() > 0.33)), dtype);
}

/** Shares of each row, which need not sum to 1; zeros among them. */
export function shares<const S extends readonly number[]>(seed: number, shape: S): TensorOf<S> {
  const { normal } = seeded(seed);
  return filled(shape, () => Math.max(0, normal()));
}

function filled<const S extends readonly number[]>(
  shape: S,
  draw: (i: number) => number,
  dtype: "bool" | "float32" | "int32" = "float32",
): TensorOf<S> {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, (_, i) => draw(i));
  const data = { bool: Uint8Array, float32: Float32Array, int32: Int32Array }[dtype].from(values);
  return tensor(data, [...shape], dtype) as TensorOf<S>;
}
