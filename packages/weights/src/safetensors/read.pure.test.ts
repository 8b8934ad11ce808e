import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import { readSafetensors } from "./read.ts";

/** A file with this JSON for a header. */
function file(json: string | object, data: ArrayLike<number> = [], headerBytes?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, headerBytes ?? BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const entry = (dtype: string, shape: unknown, start: unknown, end: unknown): object => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

test("reads values, types and metadata, wherever the bytes lie", async () => {
  // 1.5 as float32 at an odd offset, then -2 as int16
  const bytes = file(
    {
      __metadata__: { format: "pt", by: "x" },
      b: entry("F32", [1], 1, 5),
      a: entry("BOOL", [1, 1], 0, 1),
      c: entry("I16", [], 5, 7),
    },
    [1, 0, 0, 0xc0, 0x3f, 0xfe, 0xff],
  );
  const { tensors, metadata } = await readSafetensors(bytes);
  expect([...tensors.keys()]).toEqual(["a", "b", "c"]);
  expect(await tensors.get("a")!.read()).toEqual(Uint8Array.of(1));
  expect(await tensors.get("b")!.read()).toEqual(Float32Array.of(1.5));
  expect(await tensors.get("c")!.read()).toEqual(Int16Array.of(-2));
  expect(tensors.get("a")!.shape).toEqual([1, 1]);
  expect(tensors.get("c")).toMatchObject({ dtype: "I16", shape: [] });
  expect(metadata).toEqual({ format: "pt", by: "x" });
});

test("reads a file of no tensors, and tensors of no values", async () => {
  expect((await readSafetensors(file("{}"))).tensors.size).toBe(0);
  const { tensors } = await readSafetensors(file({ a: entry("F32", [0, 4], 0, 0), b: entry("U8", [1], 0, 1) }, [7]));
  expect(await tensors.get("a")!.read()).toEqual(new Float32Array());
});

test("names like __proto__ are names", async () => {
  const json = '{"__metadata__":{"__proto__":"text"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  const { tensors, metadata } = await readSafetensors(file(json, [9]));
  expect(await tensors.get("__proto__")!.read()).toEqual(Uint8Array.of(9));
  expect(Object.entries(metadata)).toEqual([["__proto__", "text"]]);
  expect(({} as Record<string, unknown>).dtype).toBeUndefined();
});

test.each(["F4", "F6_E2M3", "F6_E3M2", "C64"])("names %s as a type that cannot be read", async (dtype) => {
  const bytes = { F4: 1, F6_E2M3: 3, F6_E3M2: 3, C64: 16 }[dtype]!;
  const shape = [dtype.startsWith("F6") ? 4 : 2];
  const { tensors } = await readSafetensors(file({ w: entry(dtype, shape, 0, bytes) }, new Uint8Array(bytes)));
  await expect(tensors.get("w")!.read()).rejects.toThrow(
    new RegExp(`tensor "w": expected a type that can be read, got ${dtype}`),
  );
});

const one = entry("U8", [1], 0, 1);
const refused: [string, Uint8Array, RegExp][] = [
  ["nothing", new Uint8Array(), /expected a \.safetensors of at least 8 bytes, got 0/],
  ["seven bytes", new Uint8Array(7), /got 7/],
  ["a header longer than the file", file("{}", [], 3n), /expected a header of at most 2 bytes, got 3/],
  ["an absurd header length", file("{}", [], 2n ** 63n), /got 9223372036854775808/],
  ["no JSON", file("{nope"), /expected a JSON header/],
  ["JSON that is no object", file("[1]"), /does not start with/],
  ["a header that starts with a space", file(" {}"), /does not start with/],
  ["bytes that are not UTF-8", file("{}").fill(0xff, 8, 9), /not UTF-8/],
  ["deep nesting", file(`{"a":${"[".repeat(200_000)}`), /expected a JSON header/],
  [
    "a name twice",
    file(
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      [1, 2],
    ),
    /every name once, got "a" twice/,
  ],
  ["a field twice", file('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1]), /"dtype" twice/],
  ["metadata that is no text", file({ __metadata__: { n: 1 } }), /expected text under __metadata__ "n", got 1/],
  ["metadata that is no object", file({ __metadata__: [] }), /expected __metadata__ to be an object/],
  ["a tensor that is null", file({ a: null }), /expected dtype, shape and data_offsets, got null/],
  ["an unknown type", file({ a: entry("Q3", [1], 0, 1) }, [1]), /expected a dtype of BOOL, .*, got "Q3"/],
  ["a type named like a method", file({ a: entry("toString", [1], 0, 1) }, [1]), /got "toString"/],
  ["a negative size", file({ a: entry("U8", [-1], 0, 1) }, [1]), /expected a shape of whole numbers, got \[-1\]/],
  ["a broken size", file({ a: entry("U8", [1.5], 0, 1) }, [1]), /got \[1\.5\]/],
  [
    "sizes whose product overflows",
    file({ a: entry("F32", [2 ** 40, 2 ** 40], 0, 4) }, [0, 0, 0, 0]),
    /expected a size that fits a file/,
  ],
  [
    "a size beyond 2^53",
    file('{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}', [1]),
    /whole numbers/,
  ],
  [
    "a tensor that ends inside a byte",
    file({ a: entry("F4", [3], 0, 2) }, [0, 0]),
    /expected a size that fits a file, got F4/,
  ],
  [
    "offsets that are not two",
    file({ a: { dtype: "U8", shape: [1], data_offsets: [0] } }, [1]),
    /expected two offsets, got \[0\]/,
  ],
  ["offsets in reverse", file({ a: entry("U8", [1], 1, 0) }, [1]), /expected 1 bytes for U8 of \[1\], got -1/],
  [
    "sizes that do not fill the offsets",
    file({ a: entry("F32", [2], 0, 4) }, [0, 0, 0, 0]),
    /expected 8 bytes for F32 of \[2\], got 4/,
  ],
  ["an overlap", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 1, 3) }, [0, 0, 0]), /an overlap/],
  ["the same bytes twice", file({ a: one, b: one }, [0]), /an overlap/],
  ["a hole", file({ a: one, b: entry("U8", [1], 2, 3) }, [0, 0, 0]), /a hole/],
  ["a hole at the front", file({ a: entry("U8", [1], 1, 2) }, [0, 0]), /a hole/],
  [
    "too few bytes",
    file({ a: entry("U8", [4], 0, 4) }, [0, 0, 0]),
    /expected 4 bytes of tensors, got 3; the file is truncated/,
  ],
  ["bytes after the end", file({ a: one }, [0, 0]), /expected 1 bytes of tensors, got 2; something was appended/],
];

test.each(refused)("refuses %s", async (_, bytes, message) => {
  const error = await readSafetensors(bytes).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^buffer: /);
});
