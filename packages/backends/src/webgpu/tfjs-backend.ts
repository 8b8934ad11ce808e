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

/** What of tfjs-backend-webgpu our kernels use; most of it is private in its types only, and 4.22 was its last release. */
export interface TfjsWebgpu {
  readonly device: GPUDevice;
  readonly tensorMap: {
    get(
      dataId: object,
    ): { dtype: DataType; resource?: GPUBuffer | null; values?: ArrayLike<number> | null } | undefined;
  };
  readonly pipelineCache: Record<string, unknown>;
  bufferManager: Buffers;
  computePassEncoder: GPUComputePassEncoder | null;
  commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
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
  disposeData(dataId: object, force?: boolean): boolean;
  dispose(): void;
}
