import type { Arrays } from "../array-pool.ts";

/**
 * The arrays of a forward that is traced. They come from the backend's own and serve again within the forward in the order in
 * which they are free, but go back to nobody else until the recording ends, because a replay writes them all anew. They are told
 * apart by their buffers, because the same memory may hold floats and later blocks.
 */
export class Arena implements Arrays {
  readonly #outer: Arrays;
  /** All of its arrays, numbered in the order in which they came. */
  readonly #numbers = new Map<ArrayBufferLike, number>();
  readonly #free = new Map<number, Float32Array[]>();
  #bytes = 0;

  constructor(outer: Arrays) {
    this.#outer = outer;
  }

  /** Bytes that nobody else can have. */
  get bytes(): number {
    return this.#bytes;
  }

  take(length: number): Float32Array {
    const again = this.#free.get(length)?.pop();
    if (again) return again;
    const array = this.#outer.take(length);
    this.#numbers.set(array.buffer, this.#numbers.size);
    this.#bytes += array.byteLength;
    return array;
  }

  give(array: Float32Array): void {
    const free = this.#free.get(array.length);
    if (!this.#numbers.has(array.buffer)) this.#outer.give(array);
    else if (free) free.push(array);
    else this.#free.set(array.length, [array]);
  }

  /** The number of the array that this is or looks into; undefined if it is none of the arena's. */
  numberOf({ buffer }: ArrayBufferView): number | undefined {
    return this.#numbers.get(buffer);
  }

  /** Gives everything back, except what a tensor still has: that is now the tensor's, as if nothing had been traced. */
  dispose(): void {
    for (const free of this.#free.values()) for (const array of free) this.#outer.give(array);
    this.#free.clear();
    this.#numbers.clear();
    this.#bytes = 0;
  }
}
