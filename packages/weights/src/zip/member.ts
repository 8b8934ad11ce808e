import { FormatError, TesseraError } from "@tessera/core";
import type { ByteSource } from "../source/byte-source.ts";
import { crc32 } from "./crc32.ts";
import type { ZipMember } from "./directory.ts";

const localHeaderBytes = 30;
/** How much of a packed member is read at a time. */
const partBytes = 2 ** 20;

/** What `dataStart` found: over HTTP it costs a request. */
const starts = new WeakMap<ZipMember, number>();

/**
 * Where a member's bytes start. Its local header must tell the same name as the directory: archives that say two things
 * are made to be read differently by different programs.
 */
export async function dataStart(source: ByteSource, member: ZipMember, signal?: AbortSignal): Promise<number> {
  const known = starts.get(member);
  if (known !== undefined) return known;
  const name = new TextEncoder().encode(member.name);
  const bytes = await source.read(member.start, localHeaderBytes + name.length, signal);
  const header = new DataView(bytes.buffer);
  const same = name.every((byte, i) => bytes[localHeaderBytes + i] === byte);
  if (header.getUint32(0, true) !== 0x04034b50 || header.getUint16(26, true) !== name.length || !same)
    throw new FormatError(
      `${source.name}: expected ${member.name} where the zip directory says, got something else; the file is damaged`,
    );
  const start = member.start + localHeaderBytes + name.length + header.getUint16(28, true);
  starts.set(member, start);
  return start;
}

/** The packed bytes, a part at a time. */
function packedParts(
  source: ByteSource,
  member: ZipMember,
  start: number,
  signal?: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const length = Math.min(partBytes, member.packed - at);
        if (length === 0) return controller.close();
        controller.enqueue(await source.read(start + at, length, signal));
        at += length;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Inflates up to `limit` bytes (RFC 1951) and stops there, whatever the stream still holds. */
async function inflate(
  source: ByteSource,
  member: ZipMember,
  start: number,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = (got: string, cause?: unknown): FormatError =>
    new FormatError(
      `${source.name}: expected ${member.name} to inflate to ${member.size} bytes, got ${got}; the file is damaged or a zip bomb`,
      { cause },
    );
  const out = new Uint8Array(limit);
  let done = 0;
  const reader = packedParts(source, member, start, signal)
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  try {
    while (done < limit || limit === member.size) {
      const part = await reader.read();
      if (part.done) break;
      if (done + part.value.length > member.size) throw refuse("more");
      out.set(part.value.subarray(0, limit - done), done);
      done = Math.min(limit, done + part.value.length);
    }
  } catch (error) {
    // what is left is zlib's: an Error in Node, a TypeError in browsers
    if (signal?.aborted || TesseraError.isInstance(error)) throw error;
    throw refuse(error instanceof Error ? error.message : "an error", error);
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (done < limit) throw refuse(String(done));
  return out;
}

/** The first `length` bytes of a member, or all of it if it is shorter. Not checked against the checksum. */
export async function readStart(
  source: ByteSource,
  member: ZipMember,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const limit = Math.min(length, member.size);
  const start = await dataStart(source, member, signal);
  return member.compression === "stored"
    ? source.read(start, limit, signal)
    : inflate(source, member, start, limit, signal);
}

/**
 * A whole member.
 *
 * @throws FormatError when it does not have the size and CRC-32 that the directory states
 */
export async function readMember(
  source: ByteSource,
  member: ZipMember,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readStart(source, member, member.size, signal);
  const got = crc32(bytes);
  if (got === member.crc32) return bytes;
  throw new FormatError(
    `${source.name}: expected ${member.name} with checksum ${member.crc32.toString(16)}, got ${got.toString(16)}; the file is damaged, fetch it again`,
  );
}
