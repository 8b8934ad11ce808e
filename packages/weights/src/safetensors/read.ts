import { type Checkpoint, FormatError, type StoredTensor, shown } from "@tessera/core";
import type { ByteSource } from "../source/byte-source.ts";
import { openSource, type SourceInput } from "../source/open-source.ts";
import type { UrlSourceOptions } from "../source/url-source.ts";
import { decodeValues } from "../values/decode.ts";
import { type HeaderEntry, largestHeader, parseHeader } from "./header.ts";

/** The header's length comes first, as a little-endian 64-bit number. */
const lengthBytes = 8;

function storedTensor(source: ByteSource, name: string, entry: HeaderEntry, dataStart: number): StoredTensor {
  const { dtype, shape, start, end } = entry;
  return {
    dtype,
    shape,
    async read(signal) {
      const bytes = await source.read(dataStart + start, end - start, signal);
      return decodeValues(bytes, dtype, { where: `${source.name}: tensor ${shown(name)}` });
    },
  };
}

/** @throws FormatError when the file is damaged, truncated or no .safetensors */
export async function safetensorsCheckpoint(source: ByteSource, signal?: AbortSignal): Promise<Checkpoint> {
  const where = source.name;
  if (source.length < lengthBytes)
    throw new FormatError(
      `${where}: expected a .safetensors of at least ${lengthBytes} bytes, got ${source.length}; fetch it again`,
    );
  const first = await source.read(0, lengthBytes, signal);
  const headerBytes = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  const room = source.length - lengthBytes;
  if (headerBytes > BigInt(Math.min(room, largestHeader)))
    throw new FormatError(
      `${where}: expected a header of at most ${Math.min(room, largestHeader)} bytes, got ${headerBytes}; the file is truncated or no .safetensors`,
    );
  const dataStart = lengthBytes + Number(headerBytes);
  const { entries, metadata } = parseHeader(
    await source.read(lengthBytes, Number(headerBytes), signal),
    source.length - dataStart,
    where,
  );
  const tensors = new Map([...entries].map(([name, entry]) => [name, storedTensor(source, name, entry, dataStart)]));
  return { tensors, metadata, dispose: () => source.close() };
}

/**
 * Opens a .safetensors file. Only the header is read, and every claim in it is checked before anything is allocated;
 * tensors are read one by one when they are asked for. `dispose` closes the source.
 *
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @throws FormatError when the file is damaged, truncated or no .safetensors, TesseraError when it cannot be read
 */
export async function readSafetensors(input: SourceInput, options: UrlSourceOptions = {}): Promise<Checkpoint> {
  const source = await openSource(input, options);
  try {
    return await safetensorsCheckpoint(source, options.signal);
  } catch (error) {
    await source.close();
    throw error;
  }
}
