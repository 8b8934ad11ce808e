import type { BackendName, UseBackendOptions } from "@tessera/backends";
import type { Failure } from "@tessera/core";
import type { ImageInput } from "@tessera/data";
import type { LoadModelOptions } from "../source/load-model.ts";
import type { Timing } from "../tasks/run.ts";
import type { ModelFacts, Task } from "../tasks/runner.ts";
import type { Sent } from "./sendable.ts";

/** What a worker is to be: plain data, as all messages are. */
export interface Start {
  readonly task: Task;
  readonly spec: Sent;
  readonly options: Omit<LoadModelOptions, "weights" | "signal" | "onProgress" | "onWarning"> & { weights?: Sent };
  readonly backend: BackendName | "auto";
  readonly settings: UseBackendOptions;
}

/** What a worker is asked for: rows of numbers of a batch of pictures, or to be as fast from now on as later. */
export type Work =
  | { readonly inputs: readonly ImageInput[]; readonly tta?: boolean; readonly gpuPreprocessing?: boolean }
  | { readonly warmUp: { readonly batchSize?: number; readonly tta?: boolean } };

/** One picture's numbers, or why there are none. */
export type Row = { readonly values: Float32Array; readonly ms: Timing } | { readonly failure: Failure };

export type ToWorker =
  | { readonly start: Start }
  | { readonly id: number; readonly work: Work }
  | { readonly cancel: number };

export type FromWorker =
  | { readonly ready: ModelFacts }
  | { readonly unable: Failure }
  | { readonly loading: { loaded: number; total: number } }
  | { readonly warning: string }
  | { readonly id: number; readonly compiling: { compiled: number; total: number } }
  | { readonly id: number; readonly rows: readonly Row[] }
  | { readonly id: number; readonly failure: Failure };
