import { FormatError, type TensorValues } from "@tessera/core";
import { type DtypeName, unreadable } from "./dtype.ts";
import { widenFloat8 } from "./float8.ts";
import { widenBf16, widenF16 } from "./half.ts";

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function swapped(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  for (let i = 0; i + width <= bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}

/**
 * Bytes as values. 16-bit and 8-bit floats become float32, all else keeps its type and, where it can, its memory.
 *
 * @param bytes a buffer of its own, which may be changed and kept
 * @throws FormatError for types that have no JavaScript array
 */
export function decodeValues(
  bytes: Uint8Array<ArrayBuffer>,
  dtype: DtypeName,
  { where, littleEndian = true }: { where: string; littleEndian?: boolean },
): TensorValues {
  const as = (width: number): [ArrayBuffer, number, number] => {
    const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
    const native = littleEndian === hostIsLittleEndian ? aligned : swapped(aligned, width);
    return [native.buffer, native.byteOffset, native.length / width];
  };
  switch (dtype) {
    case "BOOL":
    case "U8":
      return bytes;
    case "I8":
      return new Int8Array(...as(1));
    case "F8_E5M2":
    case "F8_E4M3":
    case "F8_E8M0":
    case "F8_E4M3FNUZ":
    case "F8_E5M2FNUZ":
      return widenFloat8(bytes, dtype);
    case "I16":
      return new Int16Array(...as(2));
    case "U16":
      return new Uint16Array(...as(2));
    case "F16":
      return widenF16(new Uint16Array(...as(2)));
    case "BF16":
      return widenBf16(new Uint16Array(...as(2)));
    case "I32":
      return new Int32Array(...as(4));
    case "U32":
      return new Uint32Array(...as(4));
    case "F32":
      return new Float32Array(...as(4));
    case "F64":
      return new Float64Array(...as(8));
    case "I64":
      return new BigInt64Array(...as(8));
    case "U64":
      return new BigUint64Array(...as(8));
    case "F4":
    case "F6_E2M3":
    case "F6_E3M2":
    case "C64":
      throw new FormatError(
        `${where}: expected a type that can be read, got ${dtype} (${unreadable(dtype)}); convert it to F32 or F16 first`,
      );
    default:
      throw new FormatError(`${where}: expected a known type, got ${String(dtype satisfies never)}`);
  }
}
