import type { Tensor, TensorInfo, Variable } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import type { DataId } from "../entry.ts";
import type { Arena } from "./arena.ts";
import type { Call, Place } from "./notes.node.ts";

export type Owned = readonly [variable: Variable, dataId: DataId];

interface Parts {
  calls: readonly Call[];
  places: readonly Place[];
  /** What the calls work on. */
  arena: Arena;
  constantBytes: number;
  output: { values: Float32Array; shape: readonly number[] };
  /** Data from outside of the forward, parameters mostly. */
  reads: ReadonlySet<DataId>;
  /** Those parameters, with the data that each had. Several may have the same. */
  variables: readonly Owned[];
}

/** What a forward asked of the addon, ready to be asked again for another input of the same shape. */
export class Recording {
  readonly #backend: NativeBackend;
  readonly #parts: Parts;

  constructor(backend: NativeBackend, parts: Parts) {
    this.#backend = backend;
    this.#parts = parts;
    this.#setInput(undefined);
  }

  /** Bytes that nobody else can have. */
  get bytes(): number {
    return this.#parts.arena.bytes + this.#parts.constantBytes;
  }

  reads(dataId: DataId): boolean {
    return this.#parts.reads.has(dataId);
  }

  /** Whether every parameter still is what it was. Data that were freed drop the recording before. */
  get current(): boolean {
    return this.#parts.variables.every(([variable, dataId]) => !variable.isDisposed && variable.dataId === dataId);
  }

  /** The forward's output for another input, a tensor of its own. */
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

  #setInput(values: Float32Array | undefined): void {
    for (const { args, at } of this.#parts.places) args[at] = values;
  }

  dispose(): void {
    this.#parts.arena.dispose();
  }
}
