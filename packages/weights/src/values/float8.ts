/** The 8-bit floats: OCP 8-bit floating point 1.0, OCP microscaling formats 1.0, and the FNUZ forms of Noune et al. 2022. */

const names = ["F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"] as const;

export type Float8 = (typeof names)[number];

export function isFloat8(dtype: string): dtype is Float8 {
  return names.some((name) => name === dtype);
}

interface Layout {
  fractionBits: number;
  bias: number;
  /** Codes with the sign bit cleared that stand for something else than the formula says. */
  special: Readonly<Record<number, number>>;
  /** FNUZ: no negative zero, its code is the only NaN. */
  unsignedZero?: boolean;
}

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;

const layouts: Record<Exclude<Float8, "F8_E8M0">, Layout> = {
  F8_E5M2: { fractionBits: 2, bias: 15, special: { 0x7c: inf, 0x7d: nan, 0x7e: nan, 0x7f: nan } },
  F8_E4M3: { fractionBits: 3, bias: 7, special: { 0x7f: nan } },
  F8_E4M3FNUZ: { fractionBits: 3, bias: 8, special: {}, unsignedZero: true },
  F8_E5M2FNUZ: { fractionBits: 2, bias: 16, special: {}, unsignedZero: true },
};

const tables = new Map<Float8, Float32Array>();

function value(code: number, { fractionBits, bias, special }: Layout): number {
  const exponent = code >> fractionBits;
  const fraction = (code & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  return special[code] ?? (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** The value of each of the 256 codes. */
export function float8Values(dtype: Float8): Float32Array {
  const made = tables.get(dtype);
  if (made) return made;
  const table = new Float32Array(256);
  if (dtype === "F8_E8M0") {
    // a bare exponent: no sign, no zero
    for (let code = 0; code < 256; code++) table[code] = code === 255 ? nan : 2 ** (code - 127);
  } else {
    const layout = layouts[dtype];
    for (let code = 0; code < 128; code++) {
      table[code] = value(code, layout);
      table[code | 128] = code === 0 && layout.unsignedZero ? nan : -table[code]!;
    }
  }
  tables.set(dtype, table);
  return table;
}

/** 8-bit floats to float32. */
export function widenFloat8(codes: Uint8Array, dtype: Float8): Float32Array<ArrayBuffer> {
  const table = float8Values(dtype);
  const out = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = table[codes[i]!]!;
  return out;
}

/** Float32 values that came from 8-bit floats back to their codes; undefined when one of them did not. */
export function float8Codes(values: Float32Array | Float64Array, dtype: Float8): Uint8Array<ArrayBuffer> | undefined {
  const codes = new Map<number | string, number>();
  // a Map takes 0 and -0 for one key
  const key = (x: number): number | string => (Object.is(x, -0) ? "-0" : x);
  for (const [code, x] of float8Values(dtype).entries()) if (!codes.has(key(x))) codes.set(key(x), code);
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const code = codes.get(key(values[i]!));
    if (code === undefined) return undefined;
    out[i] = code;
  }
  return out;
}
