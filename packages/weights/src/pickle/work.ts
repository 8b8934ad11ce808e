import { FormatError } from "@tessera/core";

/** Each byte of a pickle pays for this much: what PyTorch writes needs less than one. */
const perByte = 4;
/** What an empty dict, set or run of bytes costs: one byte makes it, and it takes some hundred of memory. */
const container = 24;
/** Of a pickle of a few bytes. */
const least = 1000;

/**
 * How much a pickle may still have done for it. One byte can refer to anything that was made before, so what is copied or
 * looked through costs as many units as it has elements, a container some more, and all of it no more than the pickle is long.
 */
export class WorkBudget {
  readonly #where: string;
  readonly #bytes: number;
  #left: number;

  /** @param bytes of the pickle */
  constructor(bytes: number, where: string) {
    this.#where = where;
    this.#bytes = bytes;
    this.#left = least + perByte * bytes;
  }

  /** Pays for a container, before anything is in it. @throws FormatError as `spend` */
  make(): void {
    this.spend(container);
  }

  /** @throws FormatError when that is more than there is left */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left >= 0) return;
    throw new FormatError(
      `${this.#where}: expected a pickle that makes no more than it holds, got one that makes more than its ${this.#bytes} bytes pay for; the file is damaged or made to exhaust memory`,
    );
  }
}
