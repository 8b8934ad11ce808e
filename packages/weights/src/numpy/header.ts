import { FormatError, printable, shown } from "@tessera/core";
import { type DtypeName, byteLength } from "../values/dtype.ts";

/** What stands before an array's values in an .npy file. */
export interface NpyHeader {
  /** Its type as we know it, undefined for one that we cannot read (text, complex numbers, records). */
  dtype: DtypeName | undefined;
  /** NumPy's own word for the type: `<f4`. */
  descr: string;
  littleEndian: boolean;
  shape: number[];
  /** The first axis is the fastest. */
  fortranOrder: boolean;
  /** Where the values start, in bytes. */
  dataStart: number;
}

/** Enough for every header that NumPy writes: it refuses to read more than 10,000 characters itself. */
export const npyHeaderBytes = 16_384;

/** `V2` is how NumPy stores the bfloat16 of JAX, a type that it does not have. */
const dtypes: Readonly<Record<string, DtypeName>> = {
  b1: "BOOL",
  i1: "I8",
  u1: "U8",
  i2: "I16",
  u2: "U16",
  i4: "I32",
  u4: "U32",
  i8: "I64",
  u8: "U64",
  f2: "F16",
  f4: "F32",
  f8: "F64",
  V2: "BF16",
};

const fields = {
  descr: /'descr'\s*:\s*('[^']*'|\[.*?\](?=\s*[,}]))/,
  fortranOrder: /'fortran_order'\s*:\s*(True|False)/,
  shape: /'shape'\s*:\s*\(([\dL,\s]*)\)/,
};

/** The header is a Python dict; only the one form of it is read, nothing is evaluated. */
function parseDict(text: string): Record<keyof typeof fields, string> | undefined {
  let rest = text;
  const found: Record<string, string> = {};
  for (const [name, pattern] of Object.entries(fields)) {
    const match = pattern.exec(rest);
    if (!match) return undefined;
    found[name] = match[1]!;
    rest = rest.replace(match[0], "");
  }
  return /^\{[\s,]*\}\s*$/.test(rest) ? found : undefined;
}

/**
 * Reads the header of an .npy file, versions 1 to 3.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param bytes the start of the file
 * @param fileBytes how long the whole file is
 * @throws FormatError when it is none, when its size does not fit its shape, or when it holds Python objects
 */
export function parseNpyHeader(bytes: Uint8Array, fileBytes: number, where: string): NpyHeader {
  const refuse = (expected: string, got: string): FormatError =>
    new FormatError(`${where}: expected ${expected}, got ${got}`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 10 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY")
    throw refuse("an .npy array", "something else; the file is damaged");
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw refuse("version 1, 2 or 3 of .npy", `${version}; write it with NumPy`);
  const textStart = version === 1 ? 10 : 12;
  if (bytes.length < textStart) throw refuse("an .npy header", `${bytes.length} bytes; the file is truncated`);
  const textBytes = version === 1 ? data.getUint16(8, true) : data.getUint32(8, true);
  const dataStart = textStart + textBytes;
  if (dataStart > bytes.length)
    throw refuse(`an .npy header of at most ${bytes.length} bytes`, `${dataStart}; the file is truncated or damaged`);
  const found = parseDict(
    new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(textStart, dataStart)),
  );
  if (!found) throw refuse("descr, fortran_order and shape in the .npy header", "something else; the file is damaged");

  const descr = found.descr.replace(/^'(.*)'$/, "$1");
  const [, order = "", kind = ""] = /^([<>=|]?)([a-zA-Z]\d*)$/.exec(descr) ?? [];
  // in a record, too, an object field needs pickle
  if (kind.startsWith("O") || /'[<>=|]?O\d*'/.test(descr))
    throw refuse(
      "an array of numbers",
      `Python objects (${printable(descr)}), which only pickle reads and which may run code; save plain arrays`,
    );
  const dtype = Object.hasOwn(dtypes, kind) ? dtypes[kind] : undefined;
  const shape = found.shape
    .split(",")
    .map((size) => size.trim().replace(/L$/, ""))
    .filter((size) => size !== "")
    .map(Number);
  if (dtype) {
    const expected = byteLength(dtype, shape);
    if (expected === undefined) throw refuse("a size that fits a file", `${printable(descr)} of ${shown(shape)}`);
    if (fileBytes - dataStart !== expected)
      throw refuse(
        `${expected} bytes for ${printable(descr)} of ${shown(shape)}`,
        `${fileBytes - dataStart}; the file is truncated or damaged`,
      );
  }
  return { dtype, descr, littleEndian: order !== ">", shape, fortranOrder: found.fortranOrder === "True", dataStart };
}
