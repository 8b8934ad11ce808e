/** Widens and narrows the 16-bit floats, exactly: subnormals, infinities and NaN payloads included. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

let halfTable: Uint32Array | undefined;

/** Bits of the float32 with the value of every IEEE 754 binary16: 256 KB, made on first use. */
function widened(): Uint32Array {
  if (halfTable) return halfTable;
  const table = new Uint32Array(65536);
  for (let half = 0; half < 32768; half++) {
    const exponent = half >> 10;
    const fraction = half & 1023;
    if (exponent === 31) bits[0] = 0x7f800000 | (fraction << 13);
    else float[0] = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[half] = bits[0]!;
    table[half | 0x8000] = bits[0]! | 0x80000000;
  }
  halfTable = table;
  return table;
}

/** IEEE 754 binary16 to float32. */
export function widenF16(values: Uint16Array): Float32Array<ArrayBuffer> {
  const table = widened();
  const out = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = table[values[i]!]!;
  return new Float32Array(out.buffer);
}

/** bfloat16, the upper half of a float32, to float32. */
export function widenBf16(values: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = values[i]! << 16;
  return new Float32Array(out.buffer);
}

/** One float32, given by its bits, to binary16: to nearest, ties to even, too large to infinity (IEEE 754 section 4.3.1). */
function halfBits(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 1023 || 512); // NaN keeps its payload
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above
  if (magnitude >= 0x38800000) return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
  if (magnitude < 0x33000000) return sign; // below half of the least subnormal
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - (magnitude >>> 23);
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (kept + (rest > tie || (rest === tie && kept & 1) ? 1 : 0));
}

/** One float32, given by its bits, to bfloat16: to nearest, ties to even. */
function bf16Bits(x: number): number {
  if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | ((x >>> 16) & 0x7f ? 0 : 0x40);
  return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
}

/**
 * Float64 to float32 "to odd": an inexact result gets an odd last bit, so that rounding it again to fewer than 23 bits
 * equals rounding once (Boldo and Melquiond 2005).
 */
function roundedToOdd(values: Float64Array): Float32Array {
  const out = Float32Array.from(values);
  const outBits = new Uint32Array(out.buffer);
  for (let i = 0; i < values.length; i++) {
    const [exact, near] = [values[i]!, out[i]!];
    if (exact === near || Number.isNaN(exact) || outBits[i]! & 1) continue;
    outBits[i]! += Math.abs(near) > Math.abs(exact) ? -1 : 1;
  }
  return out;
}

function narrow(values: Float32Array | Float64Array, one: (bits: number) => number): Uint16Array<ArrayBuffer> {
  const single = values instanceof Float64Array ? roundedToOdd(values) : values;
  const from = new Uint32Array(single.buffer, single.byteOffset, single.length);
  const out = new Uint16Array(from.length);
  for (let i = 0; i < from.length; i++) out[i] = one(from[i]!);
  return out;
}

/** To IEEE 754 binary16, rounding once to nearest even. */
export function narrowF16(values: Float32Array | Float64Array): Uint16Array<ArrayBuffer> {
  return narrow(values, halfBits);
}

/** To bfloat16, rounding once to nearest even. */
export function narrowBf16(values: Float32Array | Float64Array): Uint16Array<ArrayBuffer> {
  return narrow(values, bf16Bits);
}
