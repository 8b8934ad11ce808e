import { FormatError } from "@tessera/core";

/** The pickle goes on after the bytes at hand. Whoever has more bytes may start again with them. */
export class PickleTruncated extends Error {}

/** Takes numbers and texts off the front of a pickle. */
export class PickleReader {
  readonly where: string;
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #data: DataView;

  constructor(bytes: Uint8Array, where: string) {
    this.where = where;
    this.#bytes = bytes;
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes.length;
  }
  /** How many bytes were taken. */
  get position(): number {
    return this.#at;
  }

  #advance(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at)
      throw new PickleTruncated(`${this.where}: expected ${length} bytes at ${at}, got the end`);
    this.#at = at + length;
    return at;
  }

  uint8(): number {
    return this.#data.getUint8(this.#advance(1));
  }
  uint16(): number {
    return this.#data.getUint16(this.#advance(2), true);
  }
  int32(): number {
    return this.#data.getInt32(this.#advance(4), true);
  }
  uint32(): number {
    return this.#data.getUint32(this.#advance(4), true);
  }
  /** A length: past 2^53 nothing could follow. */
  uint64(): number {
    return Number(this.#data.getBigUint64(this.#advance(8), true));
  }
  /** Big-endian, unlike all else. */
  float64(): number {
    return this.#data.getFloat64(this.#advance(8), false);
  }

  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.slice(at, at + length);
  }

  utf8(length: number): string {
    const at = this.#advance(length);
    // Python may write single surrogates, which are no UTF-8: they become U+FFFD
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  latin1(length: number): string {
    const at = this.#advance(length);
    return new TextDecoder("latin1").decode(this.#bytes.subarray(at, at + length));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw new PickleTruncated(`${this.where}: expected the end of a line, got the end`);
    const text = this.utf8(end - this.#at);
    this.#at++;
    return text;
  }

  /** A two's complement integer of any length, as pickle's LONG1 and LONG4 write it. */
  long(length: number): number | bigint {
    if (length > 1024)
      throw new FormatError(
        `${this.where}: expected an integer of at most 1024 bytes, got ${length}; the file is damaged`,
      );
    const at = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]!);
    return plainInteger(BigInt.asIntN(8 * length, value));
  }
}

/** An integer as a number where a number is exact. */
export function plainInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
