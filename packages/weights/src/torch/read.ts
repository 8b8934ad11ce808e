import { type Checkpoint, FormatError } from "@tessera/core";
import { PickleReader, PickleTruncated } from "../pickle/reader.ts";
import { unpickle } from "../pickle/unpickle.ts";
import type { PickleValue } from "../pickle/value.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { openSource, type SourceInput } from "../source/open-source.ts";
import type { UrlSourceOptions } from "../source/url-source.ts";
import { readDirectory, type ZipMember } from "../zip/directory.ts";
import { dataStart, readStart } from "../zip/member.ts";
import { isLegacy, readLegacy } from "./legacy.ts";
import { TensorBuilder } from "./rebuild.ts";
import { findStateDict } from "./state-dict.ts";

/** Names and shapes only, so hundreds of kilobytes in practice. */
const largestPickle = 32 * 2 ** 20;
/** Packed or not, it is smaller than the weights that it describes, but for those of a test. */
const smallPickle = 2 ** 16;

export interface TorchOptions extends UrlSourceOptions {
  /** Which weights to take from a file with several: a dict, or what stands before names: `student`. @default the averaged ones */
  entry?: string;
}

/** A checkpoint of PyTorch, and what else the file held. */
export interface TorchCheckpoint extends Checkpoint {
  /** Names of what was not read: `optimizer`, `args`, `epoch`. */
  readonly ignored: readonly string[];
  /** Where the weights lay: `model_ema`; empty at the top. */
  readonly entry: string;
  /** Other sets of weights, for `entry`: `model`. */
  readonly others: readonly string[];
}

/** Tells which storage is in which member; values stay in the file. Checksums are not held against it: PyTorch may leave them out. */
function placeStorages(
  builder: TensorBuilder,
  source: ByteSource,
  members: ReadonlyMap<string, ZipMember>,
  root: string,
  littleEndian: boolean,
): void {
  for (const storage of builder.storages.values()) {
    const name = `${root}data/${storage.key}`;
    const member = members.get(name);
    if (!member || member.size < storage.bytes)
      throw new FormatError(
        `${source.name}: expected ${storage.bytes} bytes in ${name}, got ${member?.size ?? "no such member"}; the file is damaged`,
      );
    storage.littleEndian = littleEndian;
    storage.read = async (offset, length, signal) => {
      if (member.compression === "stored")
        return source.read((await dataStart(source, member, signal)) + offset, length, signal);
      return (await readStart(source, member, offset + length, signal)).slice(offset);
    };
  }
}

async function readZip(
  source: ByteSource,
  members: ReadonlyMap<string, ZipMember>,
  builder: TensorBuilder,
  signal?: AbortSignal,
): Promise<PickleValue> {
  const where = source.name;
  const pickles = [...members.values()].filter(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1)
    throw new FormatError(
      `${where}: expected one data.pkl, got ${pickles.length}; the file is damaged or not PyTorch's`,
    );
  const root = pickle.name.slice(0, -"data.pkl".length);
  if (members.has(`${root}constants.pkl`))
    throw new FormatError(
      `${where}: expected a state dict, got a TorchScript program; save model.state_dict() with torch.save`,
    );
  const largest = Math.min(largestPickle, Math.max(smallPickle, source.length));
  if (pickle.size > largest)
    throw new FormatError(
      `${where}: expected a data.pkl of at most ${largest} bytes, got ${pickle.size}; the file is damaged`,
    );
  const order = members.get(`${root}byteorder`);
  const bigEndian =
    order && order.size < 16 && new TextDecoder().decode(await readStart(source, order, order.size, signal)) === "big";
  const value = unpickle(new PickleReader(await readStart(source, pickle, pickle.size, signal), where), builder);
  placeStorages(builder, source, members, root, !bigEndian);
  return value;
}

/** @throws FormatError when the file is damaged, holds no tensors, or names anything that would run */
export async function torchCheckpoint(
  source: ByteSource,
  members: ReadonlyMap<string, ZipMember> | undefined,
  options: TorchOptions = {},
): Promise<TorchCheckpoint> {
  const builder = new TensorBuilder(source.name, source.length);
  try {
    const value = members
      ? await readZip(source, members, builder, options.signal)
      : await readLegacy(source, builder, options.signal);
    const { tensors, ignored, path, others } = findStateDict(value, source.name, options.entry);
    return { tensors, ignored, entry: path.join("."), others, metadata: {}, dispose: () => source.close() };
  } catch (error) {
    if (!(error instanceof PickleTruncated)) throw error;
    throw new FormatError(`${error.message}; the file is truncated, fetch it again`, { cause: error });
  }
}

/**
 * Opens a .pth, .pt or .pth.tar of PyTorch, of today's form (zip) or that before 1.6. A pickle is a program; this one is
 * read by a machine that only knows how to make tensors and plain containers, so nothing in the file is ever run, and
 * a file that asks for more is refused by the name of what it asked for.
 *
 * @throws FormatError when the file is damaged, holds no tensors, or names anything that would run
 */
export async function readTorch(input: SourceInput, options: TorchOptions = {}): Promise<TorchCheckpoint> {
  const source = await openSource(input, options);
  try {
    const start = await source.read(0, Math.min(16, source.length), options.signal);
    const members = isLegacy(start) ? undefined : await readDirectory(source, options.signal);
    return await torchCheckpoint(source, members, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}
