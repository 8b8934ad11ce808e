import { FormatError } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { expect, test } from "vitest";
import { call, dict, global, int, list, pickle, tensor, text, tuple } from "../__fixtures__/build-pickle.ts";
import { type BuildMember, buildZip } from "../__fixtures__/build-zip.ts";
import { readSafetensors } from "../safetensors/read.ts";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "../values/half.ts";
import { readTorch, type TorchCheckpoint } from "./read.ts";

const fixture = (name: string): Promise<Uint8Array> => readFixture(new URL(`../__fixtures__/${name}`, import.meta.url));

/** A file as torch.save writes it: a pickle, and one member a storage. */
function file(
  bytes: Uint8Array<ArrayBuffer>,
  storages: Record<string, ArrayBufferView<ArrayBuffer>> = {},
  extra: BuildMember[] = [],
): Promise<Uint8Array> {
  const members = Object.entries(storages).map(([key, { buffer, byteOffset, byteLength }]) => ({
    name: `x/data/${key}`,
    bytes: new Uint8Array(buffer, byteOffset, byteLength),
  }));
  return buildZip([{ name: "x/data.pkl", bytes }, ...members, ...extra]);
}
async function values(checkpoint: TorchCheckpoint): Promise<Record<string, unknown>> {
  const entries = [...checkpoint.tensors].map(async ([name, stored]) => [name, await stored.read()] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const six = Float32Array.of(0, 1, 2, 3, 4, 5);
const w = tensor("0", 6, [2, 3], [3, 1]);

test.each<[string, "F32" | "F16" | "BF16", string, string[]]>([
  ["wrapped_model.pth.tar", "F32", "", ["epoch", "args"]],
  ["legacy_not_zip.pth", "F32", "", []],
  ["dataparallel_half.pth", "F16", "module.", []],
  ["bfloat16.pth", "BF16", "", []],
])("%s reads equal to the same weights in .safetensors", async (name, dtype, prefix, ignored) => {
  const reference = await readSafetensors(await fixture("timm.safetensors"));
  const got = await readTorch(await fixture(name));
  expect([...got.tensors.keys()].sort()).toEqual([...reference.tensors.keys()].map((key) => prefix + key).sort());
  expect(got.ignored).toEqual(ignored);
  for (const [key, stored] of reference.tensors) {
    const own = got.tensors.get(prefix + key)!;
    expect([own.dtype, own.shape]).toEqual([dtype, stored.shape]);
    const exact = (await stored.read()) as Float32Array;
    const rounded =
      dtype === "F32" ? exact : dtype === "F16" ? widenF16(narrowF16(exact)) : widenBf16(narrowBf16(exact));
    expect(await own.read()).toEqual(rounded);
  }
});

test("strided views and shared storages read as PyTorch sees them", async () => {
  const { tensors } = await readTorch(await fixture("strided_views.pth"));
  expect(tensors.get("view")!.shape).toEqual([5, 4]);
  // torch.arange(100)[10:30].reshape(4, 5).t()
  const view = Float32Array.from({ length: 20 }, (_, i) => 10 + (i % 4) * 5 + Math.floor(i / 4));
  expect(await tensors.get("view")!.read()).toEqual(view);
  expect(await tensors.get("shared_a")!.read()).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  expect(await tensors.get("shared_b")!.read()).toEqual(Float32Array.of(5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
  expect(await tensors.get("i64")!.read()).toEqual(BigInt64Array.of(0n, 1n, 2n));
  expect(await tensors.get("scalar")!.read()).toEqual(Float32Array.of(2.5));
  expect(tensors.get("scalar")!.shape).toEqual([]);
});

test("malicious.pth is refused by the name of what it would run", async () => {
  await expect(readTorch(await fixture("malicious.pth"))).rejects.toThrow(
    /expected tensors and plain containers, got posix\.system, which would run code/,
  );
});

test("reads parameters, sizes, deflated storages and other byte orders", async () => {
  const parameter = call("torch._utils", "_rebuild_parameter", w, [0x88], call("collections", "OrderedDict"));
  const swapped = new Uint8Array(six.buffer.slice(0));
  for (let i = 0; i < swapped.length; i += 4) swapped.subarray(i, i + 4).reverse();
  const bytes = pickle(dict(["w", parameter], ["size", call("torch", "Size", tuple(int(2)))]));
  const members = [
    { name: "x/data/0", bytes: swapped, deflate: true },
    { name: "x/byteorder", bytes: new TextEncoder().encode("big") },
  ];
  const checkpoint = await readTorch(await file(bytes, {}, members));
  expect(await values(checkpoint)).toEqual({ w: six });
  expect(checkpoint.ignored).toEqual(["size"]);
});

test.each([
  ["DoubleStorage", Float64Array.of(0.1), "F64", Float64Array.of(0.1)],
  ["HalfStorage", Uint16Array.of(0x3c00), "F16", Float32Array.of(1)],
  ["BFloat16Storage", Uint16Array.of(0x3f80), "BF16", Float32Array.of(1)],
  ["CharStorage", Int8Array.of(-1), "I8", Int8Array.of(-1)],
  ["ByteStorage", Uint8Array.of(255), "U8", Uint8Array.of(255)],
  ["ShortStorage", Int16Array.of(-1), "I16", Int16Array.of(-1)],
  ["IntStorage", Int32Array.of(-1), "I32", Int32Array.of(-1)],
  ["LongStorage", BigInt64Array.of(-1n), "I64", BigInt64Array.of(-1n)],
  ["BoolStorage", Uint8Array.of(1), "BOOL", Uint8Array.of(1)],
])("reads a %s", async (type, data, dtype, expected) => {
  const { tensors } = await readTorch(await file(pickle(dict(["w", tensor("0", 1, [1], [1], { type })])), { 0: data }));
  expect(tensors.get("w")!.dtype).toBe(dtype);
  expect(await tensors.get("w")!.read()).toEqual(expected);
});

test("a tensor with attributes or of a subclass is its values", async () => {
  const [ref, rest] = [w.slice(0, w.indexOf(0x28)), w.slice(w.indexOf(0x28), -1)];
  const state = dict(["tag", text("mine")]);
  const typed = call("torch._tensor", "_rebuild_from_type_v2", ref, global("torch.nn.parameter", "Parameter"), rest, state); // prettier-ignore
  expect(await values(await readTorch(await file(pickle(dict(["w", typed])), { 0: six })))).toEqual({ w: six });
  const nested = call("torch._tensor", "_rebuild_from_type_v2", global("torch._tensor", "_rebuild_from_type_v2"), global("torch", "Tensor"), rest, state); // prettier-ignore
  await expect(readTorch(await file(pickle(dict(["w", nested])), { 0: six }))).rejects.toThrow(
    "expected how a tensor is made, and of what, got something else",
  );
});

test("says where the weights lay, and which others there are", async () => {
  const read = async (root: number[]) => readTorch(await file(pickle(root), both));
  expect(await read(dict(["model", dict(["w", w])], ["model_ema", dict(["w", other])], ["epoch", int(3)]))).toMatchObject({ entry: "model_ema", others: ["model"] }); // prettier-ignore
  expect(await read(dict(["w", w]))).toMatchObject({ entry: "", others: [] });
});

test("an untyped storage takes the type that the tensor names", async () => {
  const storage = [
    ...tuple(text("storage"), global("torch.storage", "UntypedStorage"), text("0"), text("cpu"), int(4)),
    0x51,
  ];
  const v3 = call(
    "torch._utils",
    "_rebuild_tensor_v3",
    storage,
    int(0),
    tuple(int(2)),
    tuple(int(1)),
    [0x89],
    dict(),
    global("torch", "uint16"),
  );
  const { tensors } = await readTorch(await file(pickle(dict(["w", v3])), { 0: Uint16Array.of(1, 65535) }));
  expect(await tensors.get("w")!.read()).toEqual(Uint16Array.of(1, 65535));
});

const other = tensor("1", 6, [6], [1]);
const both = { 0: six, 1: six.map((x) => x + 10) };
const optimizer = dict(["state", dict(["step", other])]);
test.each<[string, ReturnType<typeof dict>, string | undefined, Record<string, unknown>, string[]]>([
  ["a plain dict", dict(["w", w], ["b", other]), undefined, { w: six, b: both[1] }, []],
  [
    "model beside optimizer",
    dict(["model", dict(["w", w])], ["optimizer", optimizer], ["epoch", int(3)]),
    undefined,
    { w: six },
    ["optimizer", "epoch"],
  ],
  [
    "state_dict of a wrapper",
    dict(["state_dict", dict(["model", dict(["w", w])], ["n", int(1)])]),
    undefined,
    { w: six },
    ["state_dict.n"],
  ],
  [
    "averaged weights first",
    dict(["model", dict(["w", w])], ["model_ema", dict(["w", other])]),
    undefined,
    { w: both[1] },
    ["model"],
  ],
  [
    "the teacher first",
    dict(["student", dict(["w", w])], ["teacher", dict(["w", other])]),
    undefined,
    { w: both[1] },
    ["student"],
  ],
  [
    "the entry that was asked for",
    dict(["student", dict(["w", w])], ["teacher", dict(["w", other])]),
    "student",
    { w: six },
    ["teacher"],
  ],
  [
    "the entry that stands before names",
    dict(["state_dict", dict(["student.w", w], ["teacher.w", other])], ["epoch", int(3)]),
    "student",
    { "student.w": six },
    ["epoch"],
  ],
  [
    "the entry that lies deeper",
    dict(["state_dict", dict(["student", dict(["w", w])], ["teacher", dict(["w", other])])]),
    "state_dict.student",
    { w: six },
    [],
  ],
  [
    "the only dict of tensors, whatever its name",
    dict(["weights", dict(["w", w])], ["epoch", int(1)]),
    undefined,
    { w: six },
    ["epoch"],
  ],
])("finds the weights: %s", async (_, root, entry, expected, ignored) => {
  const checkpoint = await readTorch(await file(pickle(root), both), { entry });
  expect(await values(checkpoint)).toEqual(expected);
  expect(checkpoint.ignored).toEqual(ignored);
});

test.each<[string, () => Promise<Uint8Array>, RegExp, string?]>([
  [
    "an entry that is not there",
    () => file(pickle(dict(["model.w", w])), both),
    /expected weights under student, got model; choose one of them/,
    "student",
  ],
  ["no dict", () => file(pickle(list(w)), both), /expected a dict of tensors, got another value/],
  ["a dict of nothing", () => file(pickle(dict(["epoch", int(1)]))), /expected a dict of tensors, got epoch/],
  [
    "two dicts to choose from",
    () => file(pickle(dict(["a", dict(["w", w])], ["b", dict(["w", other])])), both),
    /got a, b; save model\.state_dict\(\), or name the entry/,
  ],
  ["a dict in itself", () => file(pickle("}q\0", text("model"), "h\0s")), /expected a dict of tensors, got model/],
  [
    "a view past its storage",
    () => file(pickle(dict(["w", tensor("0", 6, [2, 3], [3, 2])])), both),
    /expected a view of its 24 bytes, got one up to 32/,
  ],
  [
    "an offset past its storage",
    () => file(pickle(dict(["w", tensor("0", 6, [1], [1], { offset: 6 })])), both),
    /got one up to 28/,
  ],
  ["a negative stride", () => file(pickle(dict(["w", tensor("0", 6, [2], [-1])])), both), /expected sizes and strides/],
  [
    "more strides than sizes",
    () => file(pickle(dict(["w", tensor("0", 6, [2], [1, 1])])), both),
    /expected sizes and strides/,
  ],
  [
    "an expanded tensor larger than the file",
    () => file(pickle(dict(["w", tensor("0", 6, [30_000, 30_000], [0, 0])])), both),
    /expected a size that fits the file/,
  ],
  [
    "a storage that is missing",
    () => file(pickle(dict(["w", w])), {}),
    /expected 24 bytes in x\/data\/0, got no such member/,
  ],
  [
    "a storage that is short",
    () => file(pickle(dict(["w", w])), { 0: six.slice(0, 5) }),
    /expected 24 bytes in x\/data\/0, got 20/,
  ],
  [
    "a storage of two lengths",
    () => file(pickle(dict(["w", w], ["v", tensor("0", 5, [5], [1])])), both),
    /expected one length and type for storage 0/,
  ],
  [
    "an unknown storage",
    () => file(pickle(dict(["w", tensor("0", 6, [6], [1], { type: "QInt8Storage" })])), both),
    /got torch\.QInt8Storage/,
  ],
  [
    "a quantised tensor",
    () => file(pickle(dict(["w", call("torch._utils", "_rebuild_qtensor")])), both),
    /expected dense tensors, got a quantised tensor/,
  ],
  [
    "a whole model",
    () => file(pickle(call("timm.models.vision_transformer", "VisionTransformer"))),
    /got timm\.models\.vision_transformer\.VisionTransformer, which would run code/,
  ],
  [
    "a TorchScript program",
    () => file(pickle(dict(["w", w])), both, [{ name: "x/constants.pkl", bytes: pickle(tuple()) }]),
    /got a TorchScript program/,
  ],
  [
    "two pickles",
    () => file(pickle(dict(["w", w])), both, [{ name: "y/data.pkl", bytes: pickle(tuple()) }]),
    /expected one data\.pkl, got 2/,
  ],
  ["a cut pickle", () => file(pickle(dict(["w", w])).slice(0, 30), both), /the file is truncated, fetch it again/],
])("refuses %s", async (_, make, message, entry) => {
  const error = await readTorch(await make(), { entry }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^buffer: /);
});

test("the old format is refused wherever it is cut", async () => {
  const whole = await fixture("legacy_not_zip.pth");
  const lengths = [20, 60, 500, 3000, 8000, 12_000, whole.length - 1];
  for (const length of lengths) await expect(readTorch(whole.subarray(0, length))).rejects.toThrow(FormatError);
});

test("a damaged byte anywhere is a FormatError or other values, and nothing else", async () => {
  const whole = await fixture("strided_views.pth");
  for (let at = 0; at < whole.length; at += 3) {
    const damaged = whole.slice();
    damaged[at]! ^= 1 << (at % 8);
    const error = await readTorch(damaged)
      .then((checkpoint) => values(checkpoint))
      .then(() => undefined)
      .catch((reason: unknown) => reason);
    expect(error ?? new FormatError("")).toBeInstanceOf(FormatError);
  }
});

test("only what a tensor needs is read", async () => {
  const whole = await fixture("legacy_not_zip.pth");
  const { tensors } = await readTorch(whole);
  const bias = (await tensors.get("norm.bias")!.read()) as Float32Array;
  expect(bias.buffer.byteLength).toBe(48 * 4);
});
