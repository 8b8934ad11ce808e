/** What a stored tensor's values come as: half and smaller floats are widened to float32, everything else keeps its type. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One tensor of a checkpoint. Its values are fetched when asked for, so a model can refuse a file before reading it. */
export interface StoredTensor {
  /** As the safetensors format writes it: `F32`, `F16`, `BF16`, `I64`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Values in row-major order. */
  read(signal?: AbortSignal): Promise<TensorValues>;
}

/** Named tensors of a file, a folder or a hub repository. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text that the file carries, empty when it carries none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Closes what `read` needs. */
  dispose(): Promise<void>;
}
