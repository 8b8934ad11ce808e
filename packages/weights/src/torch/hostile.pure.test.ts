import { FormatError } from "@tessera/core";
import { expect, test } from "vitest";
import {
  call,
  dict,
  global,
  int,
  list,
  none,
  pickle,
  reduce,
  tensor,
  text,
  tuple,
} from "../__fixtures__/build-pickle.ts";
import { buildZip } from "../__fixtures__/build-zip.ts";
import { readTorch } from "./read.ts";

/** Milliseconds. What goes wrong here takes hours; a machine that does much else takes its time, too. */
const patience = 10_000;
const values = new Uint8Array(24);
const w = tensor("0", 6, [2, 3], [3, 1]);
const file = (bytes: Uint8Array<ArrayBuffer>, deflate = false): Promise<Uint8Array> =>
  buildZip([
    { name: "x/data.pkl", bytes, deflate },
    { name: "x/data/0", bytes: values },
  ]);
const storage = [...tuple(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), int(6)), 0x51];
const rebuild = global("torch._utils", "_rebuild_tensor_v2");
const memo = (index: number) => [0x72, index, 0, 0, 0]; // LONG_BINPUT
const recall = (index: number) => [0x68, index]; // BINGET
const rest = [0x89, ...call("collections", "OrderedDict")];
const sized = (size: number[], strides = size) => [...rebuild, ...tuple(storage, int(0), size, strides, rest), ...reduce]; // prettier-ignore
const pop = [0x30];
/** Remembers lists of which each holds the one before it twice: 2^30 leaves. */
const laughs = [...list(), ...memo(9), ...pop, ...Array.from({ length: 30 }, () => [...list(recall(9), recall(9)), ...memo(9), ...pop]).flat()]; // prettier-ignore
const numbers = (count: number) => list(...Array.from({ length: count }, () => int(1)));

test.each<[string, () => Promise<Uint8Array>, RegExp]>([
  [
    "a size of lists that hold each other",
    () => file(pickle(laughs, dict(["w", sized(recall(9))]))),
    /expected sizes and strides that are numbers, got \[\[…\], \[…\]\] and \[\[…\], \[…\]\]/,
  ],
  ["a tensor of 65 axes", () => file(pickle(dict(["w", sized(numbers(65))]))), /a tensor of at most 64 axes/],
  [
    "one size of 20,000 axes for many tensors",
    () => file(pickle(numbers(20_000), memo(1), dict(...Array.from({ length: 99 }, (_, i): [string, number[]] => [`w${i}`, sized(recall(1))])))), // prettier-ignore
    /a tensor of at most 64 axes/,
  ],
  [
    "a pickle that inflates to more than the file",
    () => file(pickle("N0".repeat(200_000)), true),
    /expected a data\.pkl of at most 65536 bytes, got 400003/,
  ],
  ...["set", "list", "dict", "frozenset", "tuple"].map((name): [string, () => Promise<Uint8Array>, RegExp] => [
    `one list that ${name} copies again and again`,
    () => file(pickle(list(...Array.from({ length: 1000 }, () => tuple(none, none))), memo(1), global("builtins", name), memo(2), ...Array.from({ length: 400 }, () => [...recall(2), ...tuple(recall(1)), ...reduce, ...pop]))), // prettier-ignore
    /makes more than its \d+ bytes pay for/,
  ]),
  ["nothing but dicts", () => file(pickle("}".repeat(60_000))), /makes more than its 6\d{4} bytes pay for/],
  ["nothing but sets", () => file(pickle(...Array.from({ length: 999 }, () => [0x8f]))), /pay for/],
  [
    "dicts 20,000 deep",
    () => file(pickle(...Array.from({ length: 20_000 }, () => [0x7d, ...text("model")]), none, "s".repeat(20_000))),
    /expected a dict of tensors, got model; save/,
  ],
  [
    "a dict of what are no pairs",
    () => file(pickle(call("collections", "OrderedDict", list(int(5))))),
    /expected a dict's keys and values in pairs/,
  ],
  [
    "many tensors that each repeat one value",
    () => file(pickle(dict(...Array.from({ length: 99 }, (_, i): [string, number[]] => [`w${i}`, tensor("0", 6, [2000], [0])])))), // prettier-ignore
    /expected tensors of at most 16 times the file's bytes/,
  ],
  [
    "control characters in a function's name",
    () => file(pickle(text("\u001b]0;owned\u0007os"), text("system"), [0x93])),
    /got \\x1b\]0;owned\\x07os\.system, which/,
  ],
])("refuses %s, at once", async (_, make, message) => {
  const bytes = await make();
  const before = performance.now();
  const error = await readTorch(bytes).catch((caught: unknown) => caught);
  expect(performance.now() - before).toBeLessThan(patience);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message.length).toBeLessThan(1000);
});

test("a size is what it was when it was checked, whatever the pickle does with it later", async () => {
  const growing = [...list(int(2), int(3)), ...memo(1)];
  const strides = list(int(3), int(1));
  const made = [...rebuild, ...tuple(storage, int(0), growing, strides, rest), ...reduce, ...memo(2)];
  const { tensors } = await readTorch(
    await file(pickle(made, pop, recall(1), int(1e9), "a", "0", dict(["w", recall(2)]))),
  );
  expect(tensors.get("w")!.shape).toEqual([2, 3]);
});

test("a dict that many names share is looked into once", async () => {
  const big = dict(...Array.from({ length: 3000 }, (_, i): [string, number[]] => [`n${i}`, int(i)]));
  const names = Array.from({ length: 3000 }, (_, i): [string, number[]] => [`d${i}`, recall(1)]);
  const bytes = await file(pickle(big, memo(1), dict(...names, ["weights", dict(["w", w])])));
  const before = performance.now();
  const { tensors } = await readTorch(bytes);
  expect(performance.now() - before).toBeLessThan(patience);
  expect([...tensors.keys()]).toEqual(["w"]);
});
