import { TesseraError, type TensorValues } from "@tessera/core";
import type { DtypeName } from "./dtype.ts";
import { float8Codes, isFloat8 } from "./float8.ts";
import { narrowBf16, narrowF16 } from "./half.ts";

const natural: readonly [string, DtypeName][] = [
  ["Float32Array", "F32"],
  ["Float64Array", "F64"],
  ["Int8Array", "I8"],
  ["Uint8Array", "U8"],
  ["Int16Array", "I16"],
  ["Uint16Array", "U16"],
  ["Int32Array", "I32"],
  ["Uint32Array", "U32"],
  ["BigInt64Array", "I64"],
  ["BigUint64Array", "U64"],
];

/** The type that holds an array's values as they are. */
export function naturalDtype(values: TensorValues): DtypeName {
  // by tag, not by class: an array may come from another realm
  const tag = values[Symbol.toStringTag];
  const found = natural.find(([name]) => name === tag);
  if (!found) throw new TesseraError(`naturalDtype: expected a typed array of numbers, got ${tag}`);
  return found[1];
}

function isFloat(values: TensorValues): values is Float32Array | Float64Array {
  return values instanceof Float32Array || values instanceof Float64Array;
}

/** Infinity that was none before rounding would ruin a model without a word. */
function checkedRange(
  codes: Uint16Array,
  values: Float32Array | Float64Array,
  infinity: number,
  where: string,
): Uint16Array {
  for (let i = 0; i < codes.length; i++) {
    if ((codes[i]! & 0x7fff) === infinity && Number.isFinite(values[i]))
      throw new TesseraError(`${where}: expected values in the range of the type, got ${values[i]}; write it as F32`);
  }
  return codes;
}

/**
 * Values as little-endian bytes of a type: the same type, BOOL from bytes, or a float type from float values.
 *
 * @throws TesseraError when the values do not fit the type
 */
export function encodeValues(values: TensorValues, dtype: DtypeName, where: string): Uint8Array {
  const raw = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const own = naturalDtype(values);
  if (own === dtype) return raw(values);
  if (own === "U8" && dtype === "BOOL") return raw(values);
  if (isFloat(values)) {
    if (dtype === "F16") return raw(checkedRange(narrowF16(values), values, 0x7c00, where));
    if (dtype === "BF16") return raw(checkedRange(narrowBf16(values), values, 0x7f80, where));
    if (dtype === "F32") return raw(Float32Array.from(values));
    if (dtype === "F64") return raw(Float64Array.from(values));
    if (isFloat8(dtype)) {
      const codes = float8Codes(values, dtype);
      if (codes) return codes;
      throw new TesseraError(
        `${where}: expected values that ${dtype} holds exactly, got others; write it as F16 or F32`,
      );
    }
  }
  throw new TesseraError(`${where}: expected values for ${dtype}, got ${own}; give an array of that type`);
}
