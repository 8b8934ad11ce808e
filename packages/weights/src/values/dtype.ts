/** How many bits one value of a stored type takes. */
interface Dtype {
  bits: number;
  /** Why its values cannot be read; absent when they can. */
  unread?: string;
}

/**
 * Every type that the safetensors format names (safetensors 0.8), in the order in which its writer sorts tensors:
 * the last ones come first in a file.
 */
export const dtypes = {
  BOOL: { bits: 8 },
  F4: { bits: 4, unread: "two values share a byte" },
  F6_E2M3: { bits: 6, unread: "values straddle bytes" },
  F6_E3M2: { bits: 6, unread: "values straddle bytes" },
  U8: { bits: 8 },
  I8: { bits: 8 },
  F8_E5M2: { bits: 8 },
  F8_E4M3: { bits: 8 },
  F8_E8M0: { bits: 8 },
  F8_E4M3FNUZ: { bits: 8 },
  F8_E5M2FNUZ: { bits: 8 },
  I16: { bits: 16 },
  U16: { bits: 16 },
  F16: { bits: 16 },
  BF16: { bits: 16 },
  I32: { bits: 32 },
  U32: { bits: 32 },
  F32: { bits: 32 },
  C64: { bits: 64, unread: "JavaScript has no complex arrays" },
  F64: { bits: 64 },
  I64: { bits: 64 },
  U64: { bits: 64 },
} satisfies Record<string, Dtype>;

export type DtypeName = keyof typeof dtypes;

export function isDtype(name: unknown): name is DtypeName {
  return typeof name === "string" && Object.hasOwn(dtypes, name);
}

/** Why values of this type cannot be read, undefined when they can. */
export function unreadable(dtype: DtypeName): string | undefined {
  const entry: Dtype = dtypes[dtype];
  return entry.unread;
}

/**
 * Number of bytes that a tensor takes, or undefined when its sizes are no sizes, overflow 2^53, or end inside a byte.
 * Nothing is allocated, so it is safe to ask for anything that a file claims.
 */
export function byteLength(dtype: DtypeName, shape: readonly number[]): number | undefined {
  let count = 1;
  let empty = false;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    if (size === 0) empty = true;
    else count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  if (empty) return 0;
  const bits = count * dtypes[dtype].bits;
  return Number.isSafeInteger(bits) && bits % 8 === 0 ? bits / 8 : undefined;
}
