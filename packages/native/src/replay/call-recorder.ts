import type { Tensor } from "@tensorflow/tfjs-core";
import type { Forward, Recorder, Trace } from "@tessera/core";
import { trace } from "./trace.ts";
import type { TracedBackend } from "./traced-backend.ts";

/** Replays the calls of the addon that a forward made, with the instruction set and the precision that they were made with. */
export class CallRecorder implements Recorder {
  readonly #backend: TracedBackend;

  constructor(backend: TracedBackend) {
    this.#backend = backend;
  }

  runsStepwise(x: Tensor): boolean {
    return this.#backend.measured || x.dtype !== "float32";
  }

  settings(): string {
    return `${this.#backend.isa} ${this.#backend.precision}`;
  }

  trace(forward: Forward, x: Tensor): Trace {
    return trace(this.#backend, forward, x);
  }
}
