/** A code has at most 12 bits. */
const maxCodes = 4096;

/**
 * GIF's variable-width LZW.
 *
 * @param codeBits Bits of a pixel; codes begin one bit wider.
 * @param length Pixels wanted; any beyond are dropped.
 * @returns null when the data ends or goes wrong before `length` pixels.
 */
export function lzwDecode(data: Uint8Array, codeBits: number, length: number): Uint8Array | null {
  if (codeBits < 1 || codeBits > 11) return null;
  const clear = 1 << codeBits;
  const end = clear + 1;
  // An entry is the entry before it plus one pixel: chains are read backwards.
  const before = new Uint16Array(maxCodes);
  const last = new Uint8Array(maxCodes);
  const size = new Uint16Array(maxCodes);
  for (let code = 0; code < clear; code++) {
    last[code] = code;
    size[code] = 1;
  }
  const out = new Uint8Array(length);
  let filled = 0;
  let next = end + 1;
  let bits = codeBits + 1;
  let previous = -1;
  let buffer = 0;
  let buffered = 0;
  let at = 0;
  while (filled < length) {
    while (buffered < bits) {
      if (at >= data.length) return null;
      buffer |= data[at++]! << buffered;
      buffered += 8;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    buffered -= bits;
    if (code === clear) {
      next = end + 1;
      bits = codeBits + 1;
      previous = -1;
      continue;
    }
    // The one code that may be used before it is defined is the one being defined: the previous entry plus its own start.
    const isNew = code === next && previous >= 0;
    if (code === end || (code >= next && !isNew)) return null;
    const entry = isNew ? previous : code;
    const count = size[entry]!;
    let pixel = entry;
    for (let i = filled + count - 1; i >= filled; i--) {
      out[i] = last[pixel]!; // beyond the array's end this writes nothing
      pixel = before[pixel]!;
    }
    const first = out[filled]!;
    filled += count;
    if (isNew && filled < length) out[filled] = first;
    if (isNew) filled++;
    if (previous >= 0 && next < maxCodes) {
      before[next] = previous;
      last[next] = first;
      size[next] = size[previous]! + 1;
      next++;
      if (next === 1 << bits && bits < 12) bits++;
    }
    previous = code;
  }
  return out;
}
