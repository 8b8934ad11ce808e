import { createHash } from "node:crypto";
import { type TensorInfo, engine } from "@tensorflow/tfjs-core";
import type { DataId } from "../entry.ts";
import type { Inputs } from "../kernels/kernel.ts";
import type { Arena } from "./arena.ts";
import { numberOf } from "./number-of.ts";
import type { Owned } from "./recording.ts";

type Values = Float32Array | Uint16Array | Int32Array | Uint8Array;

/** A call of the addon. */
export interface Call {
  run: (...args: unknown[]) => unknown;
  args: unknown[];
}

/** Where in a call's arguments the input's array goes. */
export interface Place {
  args: unknown[];
  at: number;
}

/** What is noted of a forward. */
export class Notes {
  readonly calls: Call[] = [];
  readonly places: Place[] = [];
  /** Data from before that it read. */
  readonly reads = new Set<DataId>();
  /** Data that came to be in it, the input's too. */
  readonly made: Set<DataId>;
  /** Bytes of arrays that JavaScript made. */
  constantBytes = 0;
  /** Whether it did what calls of the addon cannot repeat. */
  refused = false;
  readonly #arena: Arena;
  readonly #input: Float32Array;
  /** Arrays of data from before, weights in panels too. They stay as they are as long as the data live. */
  readonly #outside = new Set<ArrayLike<number>>();
  /** Those that were used, numbered. */
  readonly #numbers = new Map<ArrayLike<number>, number>();
  /** Data that follow from the input. */
  readonly #dependent: Set<DataId>;
  readonly #hash = createHash("sha256");
  /** How deep in others the innermost kernel of ours runs, 0 outside of all. What writes elsewhere is one that we do not know. */
  #depth = 0;

  /** @param values the array of the tensor `input`, and of no other. */
  constructor(arena: Arena, input: DataId, values: Float32Array) {
    this.#arena = arena;
    this.#input = values;
    this.made = new Set([input]);
    this.#dependent = new Set([input]);
  }

  /**
   * The same for forwards that did the same, with the same constants and the same data or variables from before. Can be asked
   * once. A variable with new data counts as the same: a recording that was dropped for them is made anew at the next run.
   */
  fingerprint(variables: readonly Owned[]): string {
    for (const dataId of this.reads) {
      const owners = variables.flatMap(([variable, its]) => (its === dataId ? [variable] : []));
      this.#hash.update(`${(owners.length > 0 ? owners : [dataId]).map(numberOf).join()};`);
    }
    return this.#hash.digest("hex");
  }

  /** A call that was made. */
  call(name: string, run: Call["run"], given: readonly unknown[]): void {
    const args: unknown[] = [];
    for (const value of given) args.push(ArrayBuffer.isView(value) ? this.#array(value as Values, args) : value);
    this.#hash.update(`${name} ${args.map((value) => (ArrayBuffer.isView(value) ? "" : String(value))).join()};`);
    this.calls.push({ run, args });
  }

  /** Runs a kernel of ours, or of tfjs-backend-cpu. */
  kernel<T extends TensorInfo | TensorInfo[]>(inputs: Inputs, run: () => T): T {
    const outer = this.#depth;
    this.#depth = engine().state.kernelDepth;
    const result = run();
    this.#depth = outer;
    if (Object.values(inputs).some((input) => input && this.#dependent.has(input.dataId)))
      for (const { dataId } of [result].flat()) this.#dependent.add(dataId);
    return result;
  }

  refuse(): void {
    this.refused = true;
  }

  write(dataId: DataId): void {
    this.made.add(dataId);
    if (engine().state.kernelDepth !== this.#depth) this.refused = true;
  }

  /** The array of data that a kernel hands to the addon. */
  read(dataId: DataId, values?: ArrayLike<number>): void {
    if (this.made.has(dataId)) return;
    this.reads.add(dataId);
    if (values) this.#outside.add(values);
  }

  /** Data that JavaScript looks at: they may not follow from the input. */
  look(dataId: DataId, values?: ArrayLike<number>): void {
    this.read(dataId, values);
    if (this.#dependent.has(dataId)) this.refused = true;
  }

  /** A weight in panels. They are packed once, so it may not follow from the input. */
  packed(dataId: DataId, values: Float32Array, panels: Values): void {
    this.look(dataId, panels);
    if (!this.made.has(dataId)) return;
    // Nobody else has them, and they begin where a line of the cache does: a copy would not.
    this.#outside.add(panels);
    this.#hash.update(values);
    this.constantBytes += panels.byteLength;
  }

  /** What stands for an array in a recorded call. */
  #array(values: Values, args: unknown[]): Values {
    const { constructor, byteOffset, byteLength } = values;
    const number = this.#arena.numberOf(values);
    if (values === this.#input) {
      this.places.push({ args, at: args.length });
      this.#hash.update("input;");
    } else if (number !== undefined) this.#hash.update(`${number} ${constructor.name} ${byteOffset} ${byteLength};`);
    else if (this.#outside.has(values)) {
      if (!this.#numbers.has(values)) this.#numbers.set(values, this.#numbers.size);
      this.#hash.update(`outside ${this.#numbers.get(values)};`);
    } else {
      // Blocks, which cannot be copied either.
      if (values instanceof Uint16Array) this.refused = true;
      // Whoever made it may change it afterwards.
      const constant = values.slice();
      this.constantBytes += byteLength;
      this.#hash.update(`${constructor.name} ${byteLength};`).update(constant);
      return constant;
    }
    return values;
  }
}
