import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";

/** Buffers that tensors are given and give back; what tfjs calls its BufferManager. */
export interface Buffers {
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  getNumUsedBuffers(): number;
  getNumFreeBuffers(): number;
  dispose(): void;
}

/** Where a tensor's values are: on the GPU, or still with the processor. */
export interface TensorData {
  dtype: DataType;
  resource?: GPUBuffer | null;
  values?: ArrayLike<number> | null;
}

/** What of tfjs-backend-webgpu our kernels use; most of it is private in its types only, and 4.22 was its last release. */
export interface TfjsWebgpu {
  readonly device: GPUDevice;
  queue: GPUQueue;
  readonly tensorMap: {
    /** Fetches the data from another backend if it is there. */
    get(dataId: object): TensorData | undefined;
    set(dataId: object, data: TensorData): void;
    has(dataId: object): boolean;
  };
  /** A pipeline, or the promise of one, by the key of its shader. */
  readonly pipelineCache: Record<string, unknown>;
  bufferManager: Buffers;
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
  /** Set while `tf.time` or `tf.profile` measures. */
  activeTimers?: unknown;
  commandQueueOwnedIds: WeakSet<object>;
  /** Given back to the buffer manager after the next submit. */
  uniformPendingDisposal: GPUBuffer[];
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  runWebGPUProgram(...args: unknown[]): TensorInfo;
  read(dataId: object): Promise<unknown>;
  readSync(dataId: object): unknown;
  move(dataId: object, ...data: unknown[]): void;
  /** Gives back the buffer of data that nobody refers to any more. */
  releaseResource(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  dispose(): void;
}
