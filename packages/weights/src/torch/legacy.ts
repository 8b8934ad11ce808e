import { FormatError } from "@tessera/core";
import { PickleReader, PickleTruncated } from "../pickle/reader.ts";
import { unpickle } from "../pickle/unpickle.ts";
import type { PickleValue } from "../pickle/value.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { dtypes } from "../values/dtype.ts";
import type { TensorBuilder } from "./rebuild.ts";

/** A pickle of PyTorch's magic number, 0x1950a86a20f9469cfc6c, without its protocol. */
const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const firstWindow = 2 ** 18;
const largestWindow = 32 * 2 ** 20;

/** True for the start of a file that PyTorch wrote before 1.6, or with `_use_new_zipfile_serialization=False`. */
export function isLegacy(start: Uint8Array): boolean {
  return start[0] === 0x80 && magic.every((byte, i) => start[i + 2] === byte);
}

interface Parsed {
  root: PickleValue;
  keys: PickleValue;
  littleEndian: boolean;
  end: number;
}

/** Five pickles stand in a row: magic number, version, system, the value itself, the order of the storages. */
function parse(bytes: Uint8Array, where: string, builder: TensorBuilder): Parsed {
  const reader = new PickleReader(bytes, where);
  const plain = { global: () => undefined, call: () => undefined, external: () => undefined };
  unpickle(reader, plain);
  const version = unpickle(reader, plain);
  if (version !== 1001)
    throw new FormatError(
      `${where}: expected version 1001 of PyTorch's old format, got ${typeof version === "number" ? version : "another"}; save it again`,
    );
  const system = unpickle(reader, plain);
  const littleEndian = !(system instanceof Map && system.get("little_endian") === false);
  const root = unpickle(reader, builder);
  return { root, keys: unpickle(reader, plain), littleEndian, end: reader.position };
}

/** The pickles do not say how long they are, so more and more of the file is read until they end. */
async function parseGrowing(source: ByteSource, builder: TensorBuilder, signal?: AbortSignal): Promise<Parsed> {
  for (let window = firstWindow; ; window *= 4) {
    const length = Math.min(window, largestWindow, source.length);
    try {
      return parse(await source.read(0, length, signal), source.name, builder);
    } catch (error) {
      if (!(error instanceof PickleTruncated) || length === source.length || length === largestWindow) throw error;
    }
  }
}

/**
 * Reads PyTorch's format before 1.6: pickles, then each storage as its number of values and the values.
 *
 * @throws FormatError when the file is damaged or truncated
 */
export async function readLegacy(
  source: ByteSource,
  builder: TensorBuilder,
  signal?: AbortSignal,
): Promise<PickleValue> {
  const { root, keys, littleEndian, end } = await parseGrowing(source, builder, signal);
  const damaged = (expected: string, got: string): FormatError =>
    new FormatError(`${source.name}: expected ${expected}, got ${got}; the file is damaged or truncated`);
  if (!Array.isArray(keys)) throw damaged("the order of the storages", "something else");
  let at = end;
  for (const key of keys) {
    const storage = typeof key === "string" ? builder.storages.get(key) : undefined;
    if (!storage) throw damaged("storages that the pickle names", "another");
    const start = at + 8;
    const count = await source.read(at, 8, signal);
    const values = new DataView(count.buffer).getBigInt64(0, littleEndian);
    if (values * BigInt(dtypes[storage.dtype].bits / 8) !== BigInt(storage.bytes))
      throw damaged(`${storage.bytes} bytes in storage ${storage.key}`, `${values} values`);
    at = start + storage.bytes;
    if (at > source.length) throw damaged(`${at} bytes`, String(source.length));
    storage.littleEndian = littleEndian;
    storage.read = (offset, length, s) => source.read(start + offset, length, s);
  }
  for (const { key, read } of builder.storages.values()) if (!read) throw damaged(`storage ${key}`, "none");
  return root;
}
