import type { RgbImage } from "../rgb-image.ts";

/** How many pictures tell how large the others are. */
const enough = 64;

/**
 * Decoded pictures that stay in memory if all of a data set's will fit, so that each is decoded once. Whether they will is
 * judged by those seen so far; once they will not, none is kept.
 */
export class KeptPictures {
  readonly #pictures = new Map<number, RgbImage>();
  readonly #length: number;
  readonly #budget: number;
  #bytes = 0;
  #isOpen: boolean;

  /**
   * @param length How many pictures there are.
   * @param budget Bytes.
   */
  constructor(length: number, budget: number) {
    this.#length = length;
    this.#budget = budget;
    this.#isOpen = budget > 0;
  }

  /** Whether pictures are still wanted. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get(index: number): RgbImage | undefined {
    return this.#pictures.get(index);
  }

  keep(index: number, image: RgbImage): void {
    if (!this.#isOpen || this.#pictures.has(index)) return;
    this.#pictures.set(index, image);
    this.#bytes += image.data.length;
    const seen = this.#pictures.size;
    const expected = seen < enough ? this.#bytes : (this.#bytes / seen) * this.#length;
    if (expected <= this.#budget) return;
    this.#isOpen = false;
    this.#pictures.clear();
  }
}
