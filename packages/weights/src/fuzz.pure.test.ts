import { damaged, damagedJson, fuzzTest } from "@tessera/testing";
import * as fc from "fast-check";
import { call, dict, int, list, none, pickle, tensor, text, tuple } from "./__fixtures__/build-pickle.ts";
import { buildZip } from "./__fixtures__/build-zip.ts";
import { fetchFileInfo } from "./hub/file-info.ts";
import { fetchListing } from "./hub/listing.ts";
import type { Hub } from "./hub/settings.ts";
import { readNpz } from "./numpy/read.ts";
import { openCheckpoint } from "./open-checkpoint.ts";
import { readSafetensors } from "./safetensors/read.ts";
import { writeSafetensors } from "./safetensors/write.ts";
import { openShards } from "./sharded.ts";
import { readTorch } from "./torch/read.ts";

const six = Float32Array.of(0, 1, 2, 3, 4, 5);
const utf8 = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);
const letters = (content: string): number[] => Array.from(utf8(content));
const bytesOf = ({ buffer }: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

/** Opens a file and reads all that it holds. */
async function readAll(bytes: Uint8Array, open: typeof openCheckpoint): Promise<void> {
  const checkpoint = await open(bytes);
  for (const stored of checkpoint.tensors.values()) await stored.read();
  await checkpoint.dispose();
}

const safetensors = [
  writeSafetensors({ w: { shape: [2, 3], values: six }, "a.b": { shape: [], values: six.slice(1, 2) } }),
  writeSafetensors({ w: { shape: [6], values: six } }, { dtype: "F16", metadata: { format: "pt" } }),
];
fuzzTest("damaged .safetensors", damaged(safetensors), (bytes) => readAll(bytes, readSafetensors));

const header = { w: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] }, __metadata__: { format: "pt" } };
fuzzTest("headers of .safetensors that say something else", damagedJson([header]), (json) => {
  const head = utf8(json);
  const bytes = new Uint8Array(8 + head.length + 24);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  return readAll(bytes, readSafetensors);
});

const w = tensor("0", 6, [2, 3], [3, 1]);
const pickles = [
  pickle(dict(["w", w], ["v", tensor("0", 6, [3], [2], { offset: 1 })])),
  pickle(dict(["model", call("collections", "OrderedDict", list(tuple(text("w"), w)))], ["epoch", int(3)])),
  pickle(dict(["state_dict", dict(["w", call("torch._utils", "_rebuild_parameter", w, [0x89])])], ["lr", none])),
  pickle(call("builtins", "set", list(int(1), text("x"))), [0x94], [0x68, 0], [0x8f], dict(["s", [0x68, 0]])),
];
const zipped = (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  buildZip([
    { name: "x/data.pkl", bytes },
    { name: "x/data/0", bytes: bytesOf(six) },
  ]);
fuzzTest("damaged pickles in a .pth", damaged(pickles), async (bytes) => readAll(await zipped(bytes), readTorch));

/** Opcodes in any order, with arguments that are mostly sound: what mutation alone hardly meets. */
const opcode = fc.oneof(
  fc.constantFrom(...["N", "]", ")", "}", "(", "t", "l", "d", "a", "e", "s", "u", "2", "0", "1", "R", "b", "Q"].map(letters)), // prettier-ignore
  fc.constantFrom([0x81], [0x85], [0x86], [0x87], [0x8f], [0x90], [0x91], [0x93], [0x94]),
  fc.nat(5).map((index) => [0x68, index]),
  fc.nat(5).map((index) => [0x71, index]),
  fc.integer({ min: -2, max: 70 }).map(int),
  fc.constantFrom("w", "storage", "0", "cpu", "model").map(text),
  fc.constantFrom(["torch", "FloatStorage"], ["torch._utils", "_rebuild_tensor_v2"], ["collections", "OrderedDict"], ["builtins", "list"], ["builtins", "set"], ["argparse", "Namespace"], ["torch", "Size"], ["torch", "float32"]).map((name) => letters(`c${name.join("\n")}\n`)), // prettier-ignore
  fc.constant(w),
);
const programs = fc.array(opcode, { maxLength: 40 }).map((codes) => pickle(codes.flat()));
fuzzTest("pickles of any opcodes", programs, async (bytes) => readAll(await zipped(bytes), readTorch));

const archives = await Promise.all(pickles.map(zipped));
const deflated = await buildZip([
  { name: "x/data.pkl", bytes: pickles[0]!, deflate: true },
  { name: "x/data/0", bytes: bytesOf(six), deflate: true },
]);
fuzzTest("damaged zips of a .pth", damaged([...archives, deflated]), (bytes) => readAll(bytes, readTorch));

const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const legacy = Uint8Array.from([
  ...magic,
  ...pickle([0x4d, 0xe9, 3]),
  ...pickle(dict(["little_endian", [0x88]])),
  ...pickles[0]!,
  ...pickle(list(text("0"))),
  6,
  ...new Uint8Array(7),
  ...bytesOf(six),
]);
fuzzTest("damaged files of PyTorch before 1.6", damaged([legacy]), (bytes) => readAll(bytes, readTorch));

function npy(dictionary: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = utf8(`${dictionary}\n`);
  return Uint8Array.from([0x93, ...utf8("NUMPY"), 1, 0, head.length & 255, head.length >> 8, ...head, ...data]);
}
const arrays = [
  npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", bytesOf(six)),
  npy("{'descr': '>f2', 'fortran_order': True, 'shape': (12,), }", bytesOf(six)),
];
fuzzTest("damaged .npy", damaged(arrays), (bytes) => readAll(bytes, readNpz));
const npz = [
  await buildZip(arrays.map((bytes, i) => ({ name: `params/${i}.npy`, bytes }))),
  await buildZip(
    arrays.map((bytes, i) => ({ name: `${i}.npy`, bytes, deflate: true })),
    { zip64: true },
  ),
];
fuzzTest("damaged .npz", damaged(npz), (bytes) => readAll(bytes, readNpz));

const everything = [...safetensors, ...archives, deflated, legacy, ...arrays, ...npz];
fuzzTest("parts of one format in another", damaged(everything), (bytes) => readAll(bytes, openCheckpoint));

const index = { metadata: { total_size: 24 }, weight_map: { w: "model-1.safetensors", "a.b": "model-1.safetensors" } };
fuzzTest("an index of shards", damagedJson([index]), async (json) => {
  const checkpoint = await openShards(utf8(json), () => safetensors[0]!);
  await checkpoint.dispose();
});

const sha = "0123456789abcdef0123456789abcdef01234567";
/** A hub that answers as it is told to. */
function hub(answer: Response): Hub {
  return {
    repo: "org/name",
    revision: "main",
    endpoint: "https://hub.example",
    offline: false,
    cacheDir: "nowhere",
    fetch: async () => answer,
    retry: { attempts: 1, delayMs: 0, silenceMs: 1000 },
    seesRedirects: true,
  };
}
const listing = { sha, siblings: [{ rfilename: "config.json", size: 3, blobId: "a" }, { rfilename: "model.safetensors", lfs: { sha256: "b", size: 9 } }] }; // prettier-ignore
fuzzTest("listings of a hub", damagedJson([listing]), (json) => fetchListing(hub(new Response(json))));

const headerValue = fc.oneof(
  fc.constantFrom(sha, `"${sha}"`, 'W/"x"', "", "0", "-1", "1e99", "../../x", "http://127.0.0.1/", "%00"),
  fc.string({ maxLength: 20 }).map((content) => encodeURIComponent(content)),
);
const answers = fc.record({
  status: fc.constantFrom(200, 206, 302, 307, 404, 416, 429, 500),
  headers: fc.dictionary(
    fc.constantFrom("etag", "x-linked-etag", "x-linked-size", "x-repo-commit", "content-length", "content-encoding", "location", "retry-after"), // prettier-ignore
    headerValue,
  ),
});
fuzzTest("what a hub says of a file", answers, ({ status, headers }) =>
  fetchFileInfo(hub(new Response(null, { status, headers })), "config.json"),
);
