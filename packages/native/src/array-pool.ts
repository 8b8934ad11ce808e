/** Most that is kept for later, in bytes; what comes above it is left to the garbage collector. */
const LIMIT = 256 * 2 ** 20;
/** Smaller arrays are quicker made than looked for. */
const SMALLEST = 1024;

/** Where arrays come from and go to. */
export interface Arrays {
  /** An array of that length; what is in it is left over from its last use. */
  take(length: number): Float32Array;
  /** Takes an array back that nobody uses any more. */
  give(array: Float32Array): void;
}

/** Arrays that have served and will serve again, by length: a model asks for the same lengths at every run. */
export class ArrayPool implements Arrays {
  readonly #free = new Map<number, Float32Array[]>();
  #bytes = 0;

  take(length: number): Float32Array {
    const found = this.#free.get(length)?.pop();
    if (!found) return new Float32Array(length);
    this.#bytes -= found.byteLength;
    return found;
  }

  give(array: Float32Array): void {
    if (array.length < SMALLEST || array.byteLength > LIMIT) return;
    if (this.#bytes + array.byteLength > LIMIT) this.clear();
    const list = this.#free.get(array.length);
    if (list) list.push(array);
    else this.#free.set(array.length, [array]);
    this.#bytes += array.byteLength;
  }

  clear(): void {
    this.#free.clear();
    this.#bytes = 0;
  }
}
