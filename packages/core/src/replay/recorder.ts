import type { DataId, Tensor, TensorInfo } from "@tensorflow/tfjs-core";

/** A forward of a model for one input. */
export type Forward = (x: Tensor) => Tensor;

/** What a forward asked of its backend, ready to be asked again for another input of the same shape and type. */
export interface Recording {
  /** Bytes that nobody else can have as long as the recording is kept. */
  readonly bytes: number;
  /** The forward's output for another input, a tensor of the caller's own. */
  replay(x: Tensor): TensorInfo;
  dispose(): void;
}

/** What a backend saw of one run of a forward. */
export interface Trace {
  output: TensorInfo;
  /** Undefined if the forward did what the backend cannot replay. */
  recording: Recording | undefined;
  /** Data from before the forward that it read, parameters mostly, in the order in which it first did. */
  reads: ReadonlySet<DataId>;
  /** The same only for runs that asked the same of the backend, with the same constants. */
  fingerprint: string | number;
}

/** A backend's part in replaying: it traces and records, and `Recordings` decides which recordings to keep. */
export interface Recorder {
  /** Whether ops have to run one by one for this input, because they are measured, say, or its type is not supported. */
  runsStepwise(x: Tensor): boolean;
  /** How the backend computes now (its precision, its instruction set). Recordings hold only as long as this stays the same. */
  settings(): string;
  /** Runs a forward as ever, and traces what it asks of the backend. */
  trace(forward: Forward, x: Tensor): Trace;
}
