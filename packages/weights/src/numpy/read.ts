import {
  type Checkpoint,
  FormatError,
  type StoredTensor,
  type TensorValues,
  permuteAxes,
  listed,
  printable,
} from "@tessera/core";
import type { ByteSource } from "../source/byte-source.ts";
import { openSource, type SourceInput } from "../source/open-source.ts";
import type { UrlSourceOptions } from "../source/url-source.ts";
import { decodeValues } from "../values/decode.ts";
import { dtypes } from "../values/dtype.ts";
import { readDirectory, type ZipMember } from "../zip/directory.ts";
import { dataStart, readMember, readStart } from "../zip/member.ts";
import { type NpyHeader, npyHeaderBytes, parseNpyHeader } from "./header.ts";

const extension = ".npy";

function decode(bytes: Uint8Array<ArrayBuffer>, header: NpyHeader, where: string): TensorValues {
  const { dtype, descr, littleEndian, shape, fortranOrder } = header;
  if (!dtype)
    throw new FormatError(`${where}: expected an array of numbers, got ${printable(descr)}; save it as float32`);
  const values = decodeValues(bytes, dtype, { where, littleEndian });
  if (!fortranOrder || shape.length < 2) return values;
  // the first axis is the fastest: row-major of the reversed shape
  const reversed = shape.map((_, axis) => shape.length - 1 - axis);
  return permuteAxes(values, [...shape].reverse(), reversed);
}

function storedTensor(
  header: NpyHeader,
  where: string,
  read: (signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>,
): StoredTensor {
  return {
    dtype: header.dtype ?? header.descr,
    shape: header.shape,
    read: async (signal) => decode(await read(signal), header, where),
  };
}

async function memberTensor(source: ByteSource, member: ZipMember, signal?: AbortSignal): Promise<StoredTensor> {
  const where = `${source.name}: ${printable(member.name)}`;
  const header = parseNpyHeader(await readStart(source, member, npyHeaderBytes, signal), member.size, where);
  const whole = storedTensor(header, where, async (s) =>
    (await readMember(source, member, s)).subarray(header.dataStart),
  );
  // of blocks that are stacked in one array, only the wanted one is fetched: see `slices`
  if (member.compression !== "stored" || !header.dtype || header.fortranOrder) return whole;
  const width = dtypes[header.dtype].bits / 8;
  return Object.assign(whole, {
    async readRange(from: number, count: number, s?: AbortSignal): Promise<TensorValues> {
      const start = (await dataStart(source, member, s)) + header.dataStart + from * width;
      return decode(await source.read(start, count * width, s), { ...header, shape: [count] }, where);
    },
  });
}

/** @throws FormatError when the archive holds no arrays, or a damaged one */
export async function npzCheckpoint(
  source: ByteSource,
  members: ReadonlyMap<string, ZipMember>,
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, member] of members) {
    if (name.endsWith(extension))
      tensors.set(name.slice(0, -extension.length), await memberTensor(source, member, signal));
  }
  if (tensors.size === 0)
    throw new FormatError(
      `${source.name}: expected .npy arrays in the archive, got ${listed(members.keys(), 3) || "nothing"}`,
    );
  return { tensors, metadata: {}, dispose: () => source.close() };
}

/** One .npy array, under the name that NumPy gives to an array without one. */
export async function npyCheckpoint(source: ByteSource, signal?: AbortSignal): Promise<Checkpoint> {
  const start = await source.read(0, Math.min(source.length, npyHeaderBytes), signal);
  const header = parseNpyHeader(start, source.length, source.name);
  const read = (s?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> =>
    source.read(header.dataStart, source.length - header.dataStart, s);
  return {
    tensors: new Map([["arr_0", storedTensor(header, source.name, read)]]),
    metadata: {},
    dispose: () => source.close(),
  };
}

/**
 * Opens NumPy's .npz, stored or deflated, or a single .npy. Arrays are read one by one when they are asked for.
 * Names are the archive's, so Google's checkpoints have slashes: `toTimmNames` renames them.
 *
 * @throws FormatError when the file is damaged, holds Python objects, or inflates beyond reason
 */
export async function readNpz(input: SourceInput, options: UrlSourceOptions = {}): Promise<Checkpoint> {
  const source = await openSource(input, options);
  try {
    const magic = await source.read(0, Math.min(1, source.length), options.signal);
    if (magic[0] === 0x93) return await npyCheckpoint(source, options.signal);
    return await npzCheckpoint(source, await readDirectory(source, options.signal), options.signal);
  } catch (error) {
    await source.close();
    throw error;
  }
}
