import { FormatError, type TensorValues } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { buildZip } from "../__fixtures__/build-zip.ts";
import { readNpz } from "./read.ts";

/** An .npy file with this header and these values. */
function npy(
  descr: string,
  shape: string,
  data: ArrayBufferView<ArrayBuffer>,
  { fortran = false, version = 1 } = {},
): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    `{'descr': ${descr}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`.padEnd(117) + "\n",
  );
  const length = version === 1 ? [header.length, 0] : [header.length, 0, 0, 0];
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), version, 0, ...length, ...header, ...bytes]);
}
const bigEndian = (data: ArrayBufferView<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(data.buffer.slice(0));
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
};

const cases: [string, number, ArrayBufferView<ArrayBuffer>, string, TensorValues][] = [
  ["b1", 1, Uint8Array.of(1, 0), "BOOL", Uint8Array.of(1, 0)],
  ["i1", 1, Int8Array.of(-1, 2), "I8", Int8Array.of(-1, 2)],
  ["u1", 1, Uint8Array.of(255, 2), "U8", Uint8Array.of(255, 2)],
  ["i2", 2, Int16Array.of(-300, 2), "I16", Int16Array.of(-300, 2)],
  ["u2", 2, Uint16Array.of(65535, 2), "U16", Uint16Array.of(65535, 2)],
  ["i4", 4, Int32Array.of(-70000, 2), "I32", Int32Array.of(-70000, 2)],
  ["u4", 4, Uint32Array.of(4e9, 2), "U32", Uint32Array.of(4e9, 2)],
  ["i8", 8, BigInt64Array.of(-1n, 2n), "I64", BigInt64Array.of(-1n, 2n)],
  ["u8", 8, BigUint64Array.of(1n, 2n), "U64", BigUint64Array.of(1n, 2n)],
  ["f2", 2, Uint16Array.of(0x3c00, 0xfc00), "F16", Float32Array.of(1, -Infinity)],
  ["V2", 2, Uint16Array.of(0x3f80, 0xc000), "BF16", Float32Array.of(1, -2)],
  ["f4", 4, Float32Array.of(1.5, NaN), "F32", Float32Array.of(1.5, NaN)],
  ["f8", 8, Float64Array.of(0.1, -0), "F64", Float64Array.of(0.1, -0)],
];

test.each(cases)("reads %s in both byte orders", async (kind, width, data, dtype, values) => {
  const members = [
    { name: "little.npy", bytes: npy(`'<${kind}'`, "(2,)", data) },
    { name: "big.npy", bytes: npy(`'>${kind}'`, "(2,)", bigEndian(data, width)), deflate: true },
  ];
  const { tensors } = await readNpz(await buildZip(members));
  for (const name of ["little", "big"]) {
    expect(tensors.get(name)).toMatchObject({ dtype, shape: [2] });
    expect(await tensors.get(name)!.read()).toEqual(values);
  }
});

test("reads shapes of every form, both orders of axes, and other versions of the header", async () => {
  const six = Int32Array.of(0, 1, 2, 3, 4, 5);
  const zip = await buildZip([
    { name: "scalar.npy", bytes: npy("'<i4'", "()", Int32Array.of(7)) },
    { name: "empty.npy", bytes: npy("'<i4'", "(0, 3)", new Int32Array()) },
    { name: "fortran.npy", bytes: npy("'<i4'", "(2, 3)", six, { fortran: true }) },
    { name: "python2.npy", bytes: npy("'<i4'", "(2L, 3L)", six, { version: 2 }) },
    { name: "v3.npy", bytes: npy("'<i4'", "(1, 2, 3)", six, { version: 3, fortran: true }) },
    { name: "readme.txt", bytes: Uint8Array.of(1) },
  ]);
  const { tensors } = await readNpz(zip);
  expect([...tensors.keys()]).toEqual(["scalar", "empty", "fortran", "python2", "v3"]);
  expect(await tensors.get("scalar")!.read()).toEqual(Int32Array.of(7));
  expect(tensors.get("scalar")!.shape).toEqual([]);
  expect(await tensors.get("empty")!.read()).toEqual(new Int32Array());
  expect(await tensors.get("fortran")!.read()).toEqual(Int32Array.of(0, 2, 4, 1, 3, 5));
  expect(await tensors.get("python2")!.read()).toEqual(six);
  expect(await tensors.get("v3")!.read()).toEqual(Int32Array.of(0, 2, 4, 1, 3, 5));
});

test("reads a single .npy under NumPy's own name for it", async () => {
  const { tensors } = await readNpz(npy("'<f4'", "(2,)", Float32Array.of(1, 2)));
  expect(await tensors.get("arr_0")!.read()).toEqual(Float32Array.of(1, 2));
});

test("Google's checkpoint reads equal, deflated and in Fortran order", async () => {
  const [packed, fortran] = await Promise.all(
    ["google_compressed.npz", "google_fortran_order.npz"].map(async (name) =>
      readNpz(await readFixture(new URL(`../__fixtures__/${name}`, import.meta.url))),
    ),
  );
  expect(packed!.tensors.size).toBe(40);
  expect(packed!.tensors.get("embedding/kernel")).toMatchObject({ dtype: "F32", shape: [8, 8, 3, 48] });
  expect([...fortran!.tensors.keys()]).toEqual([...packed!.tensors.keys()]);
  for (const [name, tensor] of packed!.tensors)
    expect(await fortran!.tensors.get(name)!.read()).toEqual(await tensor.read());
});

const two = Float32Array.of(1, 2);
test.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
  [
    "Python objects",
    npy("'|O'", "(2,)", two),
    /expected an array of numbers, got Python objects \(\|O\), which only pickle reads and which may run code/,
  ],
  ["records of Python objects", npy("[('a', '<f4'), ('b', '|O')]", "(1,)", two), /Python objects/],
  ["too few values", npy("'<f4'", "(3,)", two), /expected 12 bytes for <f4 of \[3\], got 8/],
  ["too many values", npy("'<f4'", "(1,)", two), /expected 4 bytes/],
  [
    "a shape that overflows",
    npy("'<f4'", "(9007199254740991, 9007199254740991)", two),
    /expected a size that fits a file/,
  ],
  ["a negative size", npy("'<f4'", "(-2,)", two), /expected descr, fortran_order and shape/],
  ["an expression", npy("'<f4'", "(2,), '__import__': 1", two), /expected descr, fortran_order and shape/],
  ["an unknown version", npy("'<f4'", "(2,)", two, { version: 9 }), /expected version 1, 2 or 3/],
  ["a cut header", npy("'<f4'", "(2,)", two).slice(0, 50), /expected an \.npy header of at most 50 bytes/],
  ["no .npy", new Uint8Array(20), /expected an \.npy array, got something else/],
])("refuses %s", async (_, bytes, message) => {
  const error = await readNpz(await buildZip([{ name: "bad.npy", bytes }])).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^buffer: bad\.npy: /);
});

test.each([
  ["'<c8'", "(1,)"],
  ["'<U2'", "(1,)"],
  ["[('a', '<f8')]", "(1,)"],
  ["'<M8[ns]'", "(1,)"],
])("names %s as a type that cannot be read", async (descr, shape) => {
  const { tensors } = await readNpz(await buildZip([{ name: "odd.npy", bytes: npy(descr, shape, two) }]));
  await expect(tensors.get("odd")!.read()).rejects.toThrow(
    `expected an array of numbers, got ${descr.replaceAll(/^'|'$/g, "")}`,
  );
});

test("refuses an archive without arrays", async () => {
  await expect(
    readNpz(await buildZip([{ name: "readme.txt", bytes: two.slice() as never as Uint8Array<ArrayBuffer> }])),
  ).rejects.toThrow(/expected \.npy arrays in the archive, got readme\.txt/);
});
