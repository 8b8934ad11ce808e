import type { Arrays } from "../recycler.ts";

/**
 * Arrays of a forward that is recorded. They come from those of all, and serve again within the forward in the order in which
 * they are free, but go back to nobody else until the recording ends: a replay writes them all anew. Known by their buffers,
 * because the same array may hold floats, and then blocks.
 */
export class Arena implements Arrays {
  readonly #outer: Arrays;
  /** All, numbered in the order in which they came. */
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

  /** Which of its arrays that is or looks into; undefined if none. */
  numberOf({ buffer }: ArrayBufferView): number | undefined {
    return this.#numbers.get(buffer);
  }

  /** Gives everything back, except what a tensor still has: that is now the tensor's, as if nothing had been recorded. */
  dispose(): void {
    for (const free of this.#free.values()) for (const array of free) this.#outer.give(array);
    this.#free.clear();
    this.#numbers.clear();
    this.#bytes = 0;
  }
}
