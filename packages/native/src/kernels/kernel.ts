import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { AttrsOf, OpDeclaration, PlacedInputs, PlacedOutput } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";

/** Inputs by name; those that are left out are undefined or null. */
export type Inputs = Record<string, TensorInfo>;
export type Attrs = Record<string, unknown>;

/** What runs an op of ours. */
export type OpFunction<O extends OpDeclaration> = (
  inputs: PlacedInputs<O>,
  backend: NativeBackend,
  attrs: AttrsOf<O>,
) => PlacedOutput<O>;

/** What runs an op of tfjs; says undefined to leave a case (another type, a rarer shape) to tfjs-backend-cpu. */
export type NativeKernel = (
  inputs: Inputs,
  backend: NativeBackend,
  attrs: Attrs,
) => TensorInfo | TensorInfo[] | undefined;

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Number of rows and their length. */
export function rowsOf(shape: readonly number[]): [rows: number, width: number] {
  const width = shape.at(-1) ?? 1;
  return [sizeOf(shape.slice(0, -1)), width];
}

export function areFloats(...tensors: readonly (TensorInfo | null | undefined)[]): boolean {
  return tensors.every((tensor) => !tensor || tensor.dtype === "float32");
}

/** Values of an input that may be left out. */
export function optional(backend: NativeBackend, tensor: TensorInfo | null | undefined): Float32Array | undefined {
  return tensor ? backend.floats(tensor) : undefined;
}
