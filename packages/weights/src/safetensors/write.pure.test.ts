import { FormatError, type TensorValues, TesseraError } from "@tessera/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type ByteSource, bufferSource } from "../source/byte-source.ts";
import { type Float8, float8Values } from "../values/float8.ts";
import { widenBf16, widenF16 } from "../values/half.ts";
import { readSafetensors } from "./read.ts";
import { streamSafetensors, type TensorToWrite, writeSafetensors } from "./write.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

/** Random bits of a width, as values of the type: every NaN, infinity and subnormal turns up. */
const random: Record<string, (n: number) => fc.Arbitrary<TensorValues>> = {
  BOOL: (n) => fc.array(fc.nat(1), { minLength: n, maxLength: n }).map((x) => Uint8Array.from(x)),
  U8: bytes,
  I8: (n) => bytes(n).map((x) => new Int8Array(x.slice().buffer)),
  I16: (n) => bytes(2 * n).map((x) => new Int16Array(x.slice().buffer)),
  U16: (n) => bytes(2 * n).map((x) => new Uint16Array(x.slice().buffer)),
  F16: (n) => bytes(2 * n).map((x) => widenF16(new Uint16Array(x.slice().buffer))),
  BF16: (n) => bytes(2 * n).map((x) => widenBf16(new Uint16Array(x.slice().buffer))),
  I32: (n) => bytes(4 * n).map((x) => new Int32Array(x.slice().buffer)),
  U32: (n) => bytes(4 * n).map((x) => new Uint32Array(x.slice().buffer)),
  F32: (n) => bytes(4 * n).map((x) => new Float32Array(x.slice().buffer)),
  F64: (n) => bytes(8 * n).map((x) => new Float64Array(x.slice().buffer)),
  I64: (n) => bytes(8 * n).map((x) => new BigInt64Array(x.slice().buffer)),
  U64: (n) => bytes(8 * n).map((x) => new BigUint64Array(x.slice().buffer)),
};
for (const dtype of ["F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"] satisfies Float8[])
  random[dtype] = (n) => bytes(n).map((codes) => Float32Array.from(codes, (code) => float8Values(dtype)[code]!));

const tensor: fc.Arbitrary<Required<TensorToWrite>> = fc
  .tuple(fc.constantFrom(...Object.keys(random)), fc.array(fc.nat(4), { maxLength: 4 }))
  .chain(([dtype, shape]) =>
    random[dtype]!(shape.reduce((a, b) => a * b, 1)).map((values) => ({ dtype, shape, values })),
  );
const name = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("__proto__", "constructor", "", "a.b", '"', "\n", "\u{1f600}", "\uffff"),
  )
  .filter((x) => x !== "__metadata__");
const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((entries) => new Map(entries));
const metadata = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), { maxKeys: 3 });

test("what is written is read again, for every type and shape", async () => {
  await fc.assert(
    fc.asyncProperty(tensors, metadata, async (written, text) => {
      const file = writeSafetensors(written, { metadata: text });
      const read = await readSafetensors(file);
      expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(text)));
      expect(new Set(read.tensors.keys())).toEqual(new Set(written.keys()));
      for (const [key, { dtype, shape, values }] of written) {
        const stored = read.tensors.get(key)!;
        expect([stored.dtype, stored.shape]).toEqual([dtype, shape]);
        expect(await stored.read()).toEqual(values);
      }
      // and a checkpoint written as it was read gives the same bytes
      const parts: Uint8Array[] = [];
      for await (const part of streamSafetensors(read.tensors, { metadata: read.metadata })) parts.push(part);
      expect(await new Blob(parts as BlobPart[]).arrayBuffer()).toEqual(file.buffer);
    }),
  );
});

test("a damaged header is a FormatError or another valid file, and is never believed beyond the file's end", async () => {
  const damage = fc.record({
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    keep: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(tensors, damage, async (written, { edits, keep }) => {
      const file = writeSafetensors(written);
      const header = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      for (const [at, byte] of edits) file[at % header] = byte;
      const cut = keep === null ? file : file.subarray(0, Math.floor(keep * file.length));
      let asked = 0;
      const plain = bufferSource(cut);
      const counted: ByteSource = {
        ...plain,
        read: (offset, length, signal) => {
          asked = Math.max(asked, length);
          return plain.read(offset, length, signal);
        },
      };
      const error = await readSafetensors(counted)
        .then((read) => Promise.all([...read.tensors.values()].map((stored) => stored.read())))
        .then(() => undefined)
        .catch((reason: unknown) => reason);
      expect(error ?? new FormatError("")).toBeInstanceOf(FormatError);
      expect(asked).toBeLessThanOrEqual(cut.length);
    }),
    { numRuns: 500 },
  );
});

test("writes what the reference writes, byte by byte", () => {
  // safetensors 0.8: save({"z": f16 [1, 2], "é": i64 [3], "a": f32 [[4]], "m": f32 []}, {"k": "v\n"})
  const json =
    '{"__metadata__":{"k":"v\\n"},"é":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},' +
    '"m":{"dtype":"F32","shape":[0],"data_offsets":[12,12]},"z":{"dtype":"F16","shape":[2],"data_offsets":[12,16]}}';
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / 8) * 8;
  const file = writeSafetensors(
    {
      z: { shape: [2], values: Float32Array.of(1, 2), dtype: "F16" },
      é: { shape: [1], values: BigInt64Array.of(3n) },
      a: { shape: [1, 1], values: Float32Array.of(4) },
      m: { shape: [0], values: new Float32Array() },
    },
    { metadata: { k: "v\n" } },
  );
  expect(new DataView(file.buffer).getBigUint64(0, true)).toBe(BigInt(padded));
  expect(new TextDecoder().decode(file.subarray(8, 8 + padded))).toBe(json + " ".repeat(padded - text.length));
  expect([...file.subarray(8 + padded)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x40, 0, 0x3c, 0, 0x40]);
});

test("a smaller type rounds floats and leaves the rest", async () => {
  const source = {
    w: { shape: [2], values: Float32Array.of(1 / 3, 1e4) },
    d: { shape: [1], values: Float64Array.of(1 / 3) },
    n: { shape: [1], values: Int32Array.of(5) },
  };
  const { tensors: half } = await readSafetensors(writeSafetensors(source, { dtype: "F16" }));
  expect(await half.get("w")!.read()).toEqual(Float32Array.of(0.333251953125, 10_000));
  expect(half.get("d")!.dtype).toBe("F16");
  expect(await half.get("n")!.read()).toEqual(Int32Array.of(5));
  const { tensors: brain } = await readSafetensors(writeSafetensors(source, { dtype: "BF16" }));
  expect(await brain.get("w")!.read()).toEqual(Float32Array.of(0.333984375, 9984));
});

test.each<[string, Record<string, TensorToWrite>, RegExp]>([
  [
    "too few values",
    { w: { shape: [3], values: new Float32Array(2) } },
    /tensor "w": expected 3 values for \[3\], got 2/,
  ],
  [
    "an unknown type",
    { w: { shape: [1], values: new Float32Array(1), dtype: "F7" } },
    /expected a dtype of .*, got F7/,
  ],
  [
    "floats as integers",
    { w: { shape: [1], values: new Float32Array(1), dtype: "I32" } },
    /expected values for I32, got F32/,
  ],
  ["a reserved name", { __metadata__: { shape: [1], values: new Float32Array(1) } }, /other than __metadata__/],
  ["half a character", { "\ud800": { shape: [1], values: new Float32Array(1) } }, /whole Unicode characters/],
  ["a shape that is none", { w: { shape: [-1], values: new Float32Array(1) } }, /expected a size that fits a file/],
  [
    "values that float16 would make infinite",
    { w: { shape: [2], values: Float32Array.of(Infinity, 65520), dtype: "F16" } },
    /tensor "w": expected values in the range of the type, got 65520; write it as F32/,
  ],
  [
    "values that an 8-bit float lacks",
    { w: { shape: [1], values: Float32Array.of(1.01), dtype: "F8_E4M3" } },
    /values that F8_E4M3 holds exactly/,
  ],
])("refuses to write %s", (_, source, message) => {
  expect(() => writeSafetensors(source)).toThrow(TesseraError);
  expect(() => writeSafetensors(source)).toThrow(message);
});
