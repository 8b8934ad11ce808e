import type { TensorInfo } from "@tensorflow/tfjs-core";

/** A tensor of TensorFlow's: a number that stands for it, and what is known of it. No JavaScript tensor belongs to it. */
export interface Handle {
  id: number;
  shape: number[];
  /** As TensorFlow counts data types. */
  dtype: number;
}

export interface Attribute {
  name: string;
  type: number;
  value: number | boolean | string | readonly number[];
}

/** The addon of tfjs-node: TensorFlow's C interface for ops that run at once. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  /** Attributes that inputs tell, such as their type, may be left out. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): [Handle, ...Handle[]];
  /** Tensors that are alive in TensorFlow. */
  getNumOfTensors(): number;
}

/** What of tfjs-node's backend is used here. */
export interface TensorFlowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Binding;
  readonly tensorMap: {
    set(dataId: object, data: { shape: number[]; dtype: number; id: number; values: null; refCount: number }): void;
  };
  /** Uploads what is still in JavaScript. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Types that tfjs-node has no names for, numbered as in TensorFlow's C header. */
export const TF_BFLOAT16 = 14;
export const TF_HALF = 19;
