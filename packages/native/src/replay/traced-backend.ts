import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Addon } from "../addon.ts";
import type { DataId, NativePrecision } from "../entry.ts";
import type { Arrays } from "../array-pool.ts";
import type { Tracer } from "./tracer.node.ts";

/** What tracing and replaying need of the backend. */
export interface TracedBackend {
  /** While a forward is traced, one that also records its calls. */
  addon: Addon;
  /** While a forward is traced, those of its arena. */
  arrays: Arrays;
  /** While a forward is traced, what follows it. */
  tracer: Tracer | undefined;
  readonly isa: string;
  readonly precision: NativePrecision;
  readonly measured: boolean;
  readonly data: { has(dataId: DataId): boolean };
  floats(tensor: TensorInfo): Float32Array;
  share(tensor: TensorInfo): void;
  allocate(size: number): Float32Array;
  output(shape: number[], values: Float32Array): TensorInfo;
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
}
