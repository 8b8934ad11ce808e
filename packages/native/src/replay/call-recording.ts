import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Recording } from "@tessera/core";
import type { Arena } from "./arena.ts";
import type { Call, InputSlot } from "./call.ts";
import type { TracedBackend } from "./traced-backend.ts";

interface Parts {
  calls: readonly Call[];
  inputSlots: readonly InputSlot[];
  /** What the calls work on. */
  arena: Arena;
  constantBytes: number;
  output: { values: Float32Array; shape: readonly number[] };
}

/** The calls of the addon that a forward made. */
export class CallRecording implements Recording {
  readonly #backend: TracedBackend;
  readonly #parts: Parts;

  constructor(backend: TracedBackend, parts: Parts) {
    this.#backend = backend;
    this.#parts = parts;
    this.#setInput(undefined);
  }

  get bytes(): number {
    return this.#parts.arena.bytes + this.#parts.constantBytes;
  }

  replay(x: Tensor): TensorInfo {
    this.#setInput(this.#backend.floats(x));
    for (const { run, args } of this.#parts.calls) run(...args);
    // The input is the caller's, and so is its memory.
    this.#setInput(undefined);
    return this.takeOutput();
  }

  /** What the calls leave in the output, as a tensor that later replays do not change. */
  takeOutput(): TensorInfo {
    const { values, shape } = this.#parts.output;
    const copy = this.#backend.allocate(values.length);
    copy.set(values);
    return this.#backend.output([...shape], copy);
  }

  dispose(): void {
    this.#parts.arena.dispose();
  }

  #setInput(values: Float32Array | undefined): void {
    for (const { args, index } of this.#parts.inputSlots) args[index] = values;
  }
}
