import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import type { formats } from "./numbers.ts";

/** Number format that weights are multiplied in; sums are always float32. */
export type NativePrecision = keyof typeof formats;

export type DataId = TensorInfo["dataId"];

/** A weight in the order in which the kernels read it, and what it was packed for. */
interface Packed {
  panels: Float32Array | Uint16Array;
  isa: string;
  precision: NativePrecision;
  /** The weight's, and what multiplies it. */
  shape: string;
}

/** A result in the blocks of bfloat16 that the next product takes as they are. */
export interface Blocks {
  values: Uint16Array;
  rows: number;
  width: number;
  isa: string;
}

/** What tfjs-backend-cpu keeps of a tensor, and what we add. */
export interface Entry {
  values: unknown;
  dtype: DataType;
  refCount: number;
  /** Ours alone: nobody else holds the array, so it can serve again. */
  own?: boolean;
  packed?: Packed;
  /** In place of `values`, which are made of them when somebody asks. */
  blocks?: Blocks;
}
