import { FormatError } from "@tessera/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { call, dict, global, int, list, mark, none, pickle, text, tuple } from "../__fixtures__/build-pickle.ts";
import { PickleReader, PickleTruncated } from "./reader.ts";
import { type PicklePolicy, unpickle } from "./unpickle.ts";
import { Global, Placeholder, type PickleValue } from "./value.ts";

const policy: PicklePolicy = {
  global: (name) =>
    name === "ok.Data" ? new Placeholder(name) : name.startsWith("ok.") ? new Global(name) : undefined,
  call: ({ name }, args) => (name === "ok.list" ? args : undefined),
  external: () => undefined,
};
const read = (bytes: Uint8Array): PickleValue => unpickle(new PickleReader(bytes, "test"), policy);
const hex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const numbers = [1, -2, 300, 70000, 2 ** 40, -(2n ** 70n), 1.5, true, false, null, "é"];
const tuples = [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]];
// python 3.11: pickle.dumps({"a": [*numbers, b"\x00\x01", *tuples, {5}, frozenset([6])]}, 4).hex()
const protocol4 =
  "8004956c000000000000007d948c0161945d94284b014afeffffff4d2c014a701101008a060000000000018a090000000000000000c047" +
  "3ff800000000000088894e8c02c3a99443020001944b0185944b014b0286944b014b024b038794284b014b024b034b0474948f94284b05" +
  "90284b06919465732e";
// python 3.11: pickle.dumps({"a": [*numbers, *tuples]}, 2).hex()
const protocol2 =
  "80027d710058010000006171015d7102284b014afeffffff4d2c014a701101008a060000000000018a090000000000000000c0473ff800" +
  "000000000088894e5802000000c3a971034b018571044b014b028671054b014b024b03877106284b014b024b034b0474710765732e";

test("reads what Python writes, in protocols 2 and 4", () => {
  const all = [...numbers, Uint8Array.of(0, 1), ...tuples, new Set([5]), new Set([6])];
  expect(read(hex(protocol4))).toEqual(new Map([["a", all]]));
  expect(read(hex(protocol2))).toEqual(new Map([["a", [...numbers, ...tuples]]]));
});

test("asks for more wherever a pickle is cut", () => {
  const bytes = hex(protocol4);
  for (let length = 0; length < bytes.length; length++)
    expect(() => read(bytes.subarray(0, length))).toThrow(PickleTruncated);
});

test("reads what Python 2 wrote as text", () => {
  const lines = "(dp0\nS'a'\np1\n(lp2\nI1\naL-5L\naF1.5\naI01\naI00\naNaV\u00e9\nag1\nas.";
  expect(read(new TextEncoder().encode(lines))).toEqual(new Map([["a", [1, -5, 1.5, true, false, null, "é", "a"]]]));
});

test("lets through what the policy knows, and drops what data classes carry", () => {
  expect(read(pickle(call("ok", "list", int(1), text("x"))))).toEqual([1, "x"]);
  const namespace = [
    ...global("ok", "Data"),
    ...tuple(),
    0x81,
    ...dict(["lr", int(1)]),
    ...new TextEncoder().encode("b"),
  ];
  expect(read(pickle(dict(["args", namespace])))).toEqual(new Map([["args", new Placeholder("ok.Data")]]));
});

test.each<[string, Uint8Array, RegExp]>([
  ["a function", pickle(call("os", "system", text("true"))), /got os\.system, which would run code/],
  ["a function by STACK_GLOBAL", pickle(text("posix"), text("system"), [0x93]), /got posix\.system/],
  ["a name that is no text", pickle(int(1), int(2), [0x93]), /got a name that is no text/],
  ["a call that is not known", pickle(call("ok", "other")), /got a call of ok\.other/],
  ["a new object", pickle(global("ok", "other"), tuple(), [0x81]), /got a call of ok\.other/],
  ["a new object with keywords", pickle(global("ok", "other"), tuple(), dict(), [0x92]), /got a call of ok\.other/],
  ["a state for a list", pickle(list(), dict(), "b"), /got a state for a plain value/],
  ["a state for a name", pickle(global("ok", "other"), dict(), "b"), /got a state for ok\.other/],
  ["INST", pickle(mark, "ios\nsystem\n"), /got INST of os\.system/],
  ["OBJ", pickle(mark, global("ok", "Data"), "o"), /got OBJ/],
  ["PERSID", pickle("Pthing\n"), /got PERSID thing/],
  ["a persistent id that is not known", pickle(text("x"), "Q"), /got a persistent id that is no storage/],
  ["EXT1", pickle([0x82, 1]), /got EXT1/],
  ["EXT4", pickle([0x84, 1, 0, 0, 0]), /got EXT4/],
  ["a call of a value", pickle(int(1), tuple(), "R"), /got a call of something that is no name/],
  ["an empty stack", pickle(), /got an empty stack/],
  ["a missing mark", pickle("t"), /got no mark/],
  ["an unknown memo", pickle([0x68, 7]), /got an unknown memo 7/],
  ["an unknown opcode", pickle([0xff]), /got the unknown opcode 255/],
  ["items for a list", pickle(list(), text("k"), none, "s"), /items for something that is no dict/],
  ["elements for a number", pickle(int(1), none, "a"), /elements for something that is no list/],
  ["an endless integer", pickle([0x8b, 0xff, 0xff, 0xff, 0x7f]), /integer of at most 1024 bytes, got 2147483647/],
])("refuses %s", (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(FormatError);
  expect(() => read(bytes)).toThrow(message);
});

test("neither deep nesting, nor a list in itself, nor sharing costs more than the bytes", () => {
  const deep = 200_000;
  expect(read(pickle("]".repeat(deep), "a".repeat(deep - 1)))).toHaveLength(1);
  // l = []; l.append(l)
  const self = read(pickle("]q\0h\0a")) as PickleValue[];
  expect(self[0]).toBe(self);
  // each list holds the one before it twice: 2^60 leaves, 60 lists
  const bomb = read(pickle("]", "q\0(h\0h\0l".repeat(60)));
  expect(bomb).toHaveLength(2);
});

test("claims of more bytes than there are ask for more, and allocate nothing", () => {
  for (const code of [
    [0x58, 0xff, 0xff, 0xff, 0xff],
    [0x8e, 0, 0, 0, 0, 0, 1, 0, 0],
    [0x8d, 255, 255, 255, 255, 255, 255, 255, 255],
    [0x42, 0xff, 0xff, 0xff, 0xff],
  ])
    expect(() => read(pickle(code))).toThrow(PickleTruncated);
});

test("any bytes are a value, a FormatError or cut short", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      let error: unknown;
      try {
        read(bytes);
      } catch (caught) {
        error = caught;
      }
      const fine = error === undefined || error instanceof FormatError || error instanceof PickleTruncated;
      expect(fine).toBe(true);
    }),
    { numRuns: 3000 },
  );
});
