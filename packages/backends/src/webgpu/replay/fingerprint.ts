/** A hash of a sequence of numbers and bytes. Others share it by a chance of one in 2³²: MurmurHash3 (Appleby). */
export class Fingerprint {
  private hash = 0;

  get value(): number {
    let hash = this.hash;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  number(word: number): void {
    const mixed = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    this.hash = (Math.imul(rotate(this.hash ^ mixed, 13), 5) + 0xe6546b64) | 0;
  }

  /** Any array of numbers, or bytes; a rest that fills no word counts byte by byte. */
  bytes(data: ArrayBufferLike | ArrayBufferView): void {
    const [buffer, start, length] = ArrayBuffer.isView(data)
      ? [data.buffer, data.byteOffset, data.byteLength]
      : [data, 0, data.byteLength];
    const view = new DataView(buffer, start, length);
    let at = 0;
    for (; at + 4 <= length; at += 4) this.number(view.getInt32(at, true));
    for (; at < length; at++) this.number(view.getUint8(at));
    this.number(length);
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
