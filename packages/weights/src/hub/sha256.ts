// SHA-256 in pieces (FIPS 180-4), for browsers: SubtleCrypto wants the whole file in memory at once.

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const constants = new Int32Array(64);
/** … of the square roots of the first 8. */
const start = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if (Array.from({ length: n - 2 }, (_, i) => i + 2).some((divisor) => n % divisor === 0)) continue;
  if (found < 8) start[found] = (Math.sqrt(n) % 1) * 2 ** 32;
  constants[found++] = (Math.cbrt(n) % 1) * 2 ** 32;
}

function compress(state: Int32Array, words: Int32Array, view: DataView, offset: number): void {
  for (let t = 0; t < 16; t++) words[t] = view.getInt32(offset + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = words[t - 15]!;
    const y = words[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[t] = words[t - 16]! + s0 + words[t - 7]! + s1;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + constants[t]! + words[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    // what was a and b before is b and c now
    a = (t1 + s0 + ((b & c) ^ (b & d) ^ (c & d))) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

/** Hashes bytes as they come. `hex` ends it. */
export function sha256(): { update(bytes: Uint8Array): void; hex(): string } {
  const state = start.slice();
  const words = new Int32Array(64);
  const block = new Uint8Array(64);
  const blockView = new DataView(block.buffer);
  let length = 0;
  const update = (bytes: Uint8Array): void => {
    let at = 0;
    const kept = length % 64;
    length += bytes.length;
    if (kept > 0) {
      at = Math.min(64 - kept, bytes.length);
      block.set(bytes.subarray(0, at), kept);
      if (kept + at < 64) return;
      compress(state, words, blockView, 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + 64 <= bytes.length; at += 64) compress(state, words, view, at);
    block.set(bytes.subarray(at));
  };
  return {
    update,
    hex() {
      const bits = length * 8;
      const padding = new Uint8Array(((119 - (length % 64)) % 64) + 9);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(padding.length - 4, bits >>> 0);
      update(padding);
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    },
  };
}
