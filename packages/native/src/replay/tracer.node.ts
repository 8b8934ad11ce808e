import { createHash } from "node:crypto";
import { type TensorInfo, engine } from "@tensorflow/tfjs-core";
import type { DataId } from "../entry.ts";
import type { Arena } from "./arena.ts";
import type { Call, InputSlot } from "./call.ts";

type Values = Float32Array | Uint16Array | Int32Array | Uint8Array;

/**
 * Follows a forward while it runs: the calls of the addon, the data that they read and write, and which data depend on the
 * input. Of those JavaScript may compute nothing, because a replay only makes the calls.
 */
export class Tracer {
  readonly calls: Call[] = [];
  readonly inputSlots: InputSlot[] = [];
  /** Data from before that the forward read. */
  readonly reads = new Set<DataId>();
  /** Data that the forward created, its input's too. */
  readonly created: Set<DataId>;
  /** Bytes of arrays that JavaScript made. */
  constantBytes = 0;
  /** False once the forward has done what calls of the addon cannot repeat. */
  replayable = true;
  readonly #arena: Arena;
  readonly #input: Float32Array;
  /** Arrays of data from before, weights in panels too. They stay as they are as long as the data live. */
  readonly #external = new Set<ArrayLike<number>>();
  /** The external arrays that calls take, numbered in the order in which they first do. */
  readonly #numbers = new Map<ArrayLike<number>, number>();
  /** Data that depend on the input. */
  readonly #dependent: Set<DataId>;
  readonly #hash = createHash("sha256");
  /** At which depth the innermost kernel of ours runs, 0 outside of all. A kernel that writes at another is not one of ours. */
  #depth = 0;

  /** @param values the array of the tensor `input`, and of no other. */
  constructor(arena: Arena, input: DataId, values: Float32Array) {
    this.#arena = arena;
    this.#input = values;
    this.created = new Set([input]);
    this.#dependent = new Set([input]);
  }

  /** The same for runs that made the same calls with the same constants. */
  fingerprint(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Records a call that was made. */
  call(name: string, run: Call["run"], given: readonly unknown[]): void {
    const args: unknown[] = [];
    for (const value of given) args.push(ArrayBuffer.isView(value) ? this.#recorded(value as Values, args) : value);
    this.#hash.update(`${name} ${args.map((value) => (ArrayBuffer.isView(value) ? "" : String(value))).join()};`);
    this.calls.push({ run, args });
  }

  /** Runs a kernel of ours, or of tfjs-backend-cpu. */
  kernel<T extends TensorInfo | TensorInfo[]>(
    inputs: Readonly<Record<string, TensorInfo | null | undefined>>,
    run: () => T,
  ): T {
    const outer = this.#depth;
    this.#depth = engine().state.kernelDepth;
    const result = run();
    this.#depth = outer;
    if (Object.values(inputs).some((input) => input && this.#dependent.has(input.dataId)))
      for (const { dataId } of [result].flat()) this.#dependent.add(dataId);
    return result;
  }

  /** The forward does what calls of the addon cannot repeat. */
  refuse(): void {
    this.replayable = false;
  }

  /** New data are written. */
  write(dataId: DataId): void {
    this.created.add(dataId);
    if (engine().state.kernelDepth !== this.#depth) this.refuse();
  }

  /** A kernel reads data to hand their array to the addon. */
  read(dataId: DataId, values?: ArrayLike<number>): void {
    if (this.created.has(dataId)) return;
    this.reads.add(dataId);
    if (values) this.#external.add(values);
  }

  /** JavaScript reads data, which must not depend on the input. */
  readInJavaScript(dataId: DataId, values?: ArrayLike<number>): void {
    this.read(dataId, values);
    if (this.#dependent.has(dataId)) this.refuse();
  }

  /** A weight is read in panels. They are packed once, so that they must not depend on the input. */
  readPacked(dataId: DataId, values: Float32Array, panels: Values): void {
    this.readInJavaScript(dataId, panels);
    if (!this.created.has(dataId)) return;
    // Nobody else has the panels, and they begin where a line of the cache does, which a copy would not.
    this.#external.add(panels);
    this.#hash.update(values);
    this.constantBytes += panels.byteLength;
  }

  /** What stands for an array in a recorded call: the array itself, or a copy if it is a constant. */
  #recorded(values: Values, args: unknown[]): Values {
    const { constructor, byteOffset, byteLength } = values;
    const number = this.#arena.numberOf(values);
    if (values === this.#input) {
      this.inputSlots.push({ args, index: args.length });
      this.#hash.update("input;");
    } else if (number !== undefined) this.#hash.update(`${number} ${constructor.name} ${byteOffset} ${byteLength};`);
    else if (this.#external.has(values)) {
      if (!this.#numbers.has(values)) this.#numbers.set(values, this.#numbers.size);
      this.#hash.update(`external ${this.#numbers.get(values)};`);
    } else {
      // Blocks of bfloat16 cannot be copied, because they have to begin where they do.
      if (values instanceof Uint16Array) this.refuse();
      // JavaScript made the array, and may change it afterwards.
      const constant = values.slice();
      this.constantBytes += byteLength;
      this.#hash.update(`${constructor.name} ${byteLength};`).update(constant);
      return constant;
    }
    return values;
  }
}
