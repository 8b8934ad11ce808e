import { FormatError } from "@tessera/core";
import type { ByteSource } from "../source/byte-source.ts";

/** One file in a zip archive, as its central directory describes it. */
export interface ZipMember {
  readonly name: string;
  readonly compression: "stored" | "deflated";
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes when taken out. */
  readonly size: number;
  readonly crc32: number;
  /** Where its local header starts. */
  readonly start: number;
}

/** Numbers of APPNOTE.TXT 6.3.10: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const signature = { member: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const endBytes = 22;
const longestComment = 65535;
/** A directory of a checkpoint has hundreds of members; this is far past any, and far below what hurts. */
const largestDirectory = 64 * 2 ** 20;

/** Deflate cannot do better than this: 258 bytes from 2 bits, RFC 1951. */
const largestRatio = 1032;
/** Weights hardly compress; an archive that promises more than this of itself, and is not small, is a bomb. */
const plausibleRatio = 100;
const alwaysPlausible = 64 * 2 ** 20;

interface Directory {
  count: number;
  bytes: number;
  start: number;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uint64(data: DataView, at: number, where: string): number {
  const value = data.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FormatError(`${where}: expected sizes below 2^53, got ${value}`);
  return Number(value);
}

async function findDirectory(source: ByteSource, signal?: AbortSignal): Promise<Directory> {
  const where = source.name;
  const tailStart = Math.max(0, source.length - endBytes - longestComment);
  const tail = view(await source.read(tailStart, source.length - tailStart, signal));
  let end = tail.byteLength - endBytes;
  while (
    end >= 0 &&
    !(
      tail.getUint32(end, true) === signature.end && end + endBytes + tail.getUint16(end + 20, true) === tail.byteLength
    )
  )
    end--;
  if (end < 0)
    throw new FormatError(
      `${where}: expected a zip archive's directory at the end, got none; the file is truncated, fetch it again`,
    );
  if (tail.getUint16(end + 4, true) !== 0 && tail.getUint16(end + 4, true) !== 0xffff)
    throw new FormatError(`${where}: expected a zip archive in one piece, got one of several`);
  const directory = {
    count: tail.getUint16(end + 10, true),
    bytes: tail.getUint32(end + 12, true),
    start: tail.getUint32(end + 16, true),
  };
  const locator = end - 20;
  const is64 = locator >= 0 && tail.getUint32(locator, true) === signature.locator64;
  if (!is64) return directory;
  const end64 = view(await source.read(uint64(tail, locator + 8, where), 56, signal));
  if (end64.getUint32(0, true) !== signature.end64)
    throw new FormatError(`${where}: expected a zip64 directory, got something else; the file is damaged`);
  return { count: uint64(end64, 32, where), bytes: uint64(end64, 40, where), start: uint64(end64, 48, where) };
}

/** Sizes of 4 GiB and more stand in an extra field, in this order, each only if its 32-bit place holds all ones. */
function wideSizes(
  extra: DataView,
  narrow: [size: number, packed: number, start: number],
  where: string,
): [number, number, number] {
  if (!narrow.includes(0xffffffff)) return narrow;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      if (next > end) throw new FormatError(`${where}: expected a 64-bit size, got too few bytes; the file is damaged`);
      return uint64(extra, next - 8, where);
    }) as [number, number, number];
  }
  return narrow;
}

function parseMember(data: DataView, at: number, where: string): { member: ZipMember; next: number } {
  if (at + 46 > data.byteLength || data.getUint32(at, true) !== signature.member)
    throw new FormatError(`${where}: expected another member in the zip directory, got none; the file is damaged`);
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => data.getUint16(at + offset, true)) as [
    number,
    number,
    number,
  ];
  const extraAt = at + 46 + nameBytes;
  const next = extraAt + extraBytes + commentBytes;
  if (next > data.byteLength)
    throw new FormatError(`${where}: expected whole entries in the zip directory, got a cut one; the file is damaged`);
  const name = new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset + at + 46, nameBytes));
  if (data.getUint16(at + 8, true) & 1)
    throw new FormatError(`${where}: expected plain members, got ${name} encrypted; write it without a password`);
  const method = data.getUint16(at + 10, true);
  if (method !== 0 && method !== 8)
    throw new FormatError(
      `${where}: expected ${name} stored or deflated, got compression method ${method}; write it again`,
    );
  const narrow: [number, number, number] = [
    data.getUint32(at + 24, true),
    data.getUint32(at + 20, true),
    data.getUint32(at + 42, true),
  ];
  const [size, packed, start] = wideSizes(
    new DataView(data.buffer, data.byteOffset + extraAt, extraBytes),
    narrow,
    where,
  );
  return {
    member: {
      name,
      compression: method === 0 ? "stored" : "deflated",
      packed,
      size,
      start,
      crc32: data.getUint32(at + 16, true),
    },
    next,
  };
}

/** Refuses archives that would become more than they hold: Fifield 2019, "A better zip bomb", overlaps members. */
function checkSizes(members: readonly ZipMember[], directory: Directory, source: ByteSource): void {
  const where = source.name;
  let end = 0;
  let total = 0;
  for (const { name, start, packed, size, compression } of [...members].sort((a, b) => a.start - b.start)) {
    if (start < end)
      throw new FormatError(
        `${where}: expected members side by side, got ${name} over another; the file is damaged or a zip bomb`,
      );
    end = start + 30 + packed;
    if (end > directory.start)
      throw new FormatError(
        `${where}: expected ${name} before the directory, got its end at ${end}; the file is damaged`,
      );
    if (compression === "stored" ? size !== packed : size > packed * largestRatio + 64)
      throw new FormatError(
        `${where}: expected ${name} to hold ${size} bytes, got ${packed} packed ones that cannot; the file is damaged or a zip bomb`,
      );
    total += size;
  }
  if (total > alwaysPlausible && total > plausibleRatio * source.length)
    throw new FormatError(
      `${where}: expected an archive of weights, got ${source.length} bytes that inflate to ${total}; it is a zip bomb`,
    );
}

/**
 * The members of a zip archive (zip64 too), by name. Nothing of them is read yet, but every size is checked.
 *
 * @throws FormatError when the archive is damaged, truncated, encrypted, or inflates beyond reason
 */
export async function readDirectory(source: ByteSource, signal?: AbortSignal): Promise<Map<string, ZipMember>> {
  const where = source.name;
  const directory = await findDirectory(source, signal);
  if (directory.bytes > largestDirectory || directory.count * 46 > directory.bytes)
    throw new FormatError(
      `${where}: expected a zip directory of reason, got ${directory.count} members in ${directory.bytes} bytes; the file is damaged`,
    );
  const data = view(await source.read(directory.start, directory.bytes, signal));
  const members = new Map<string, ZipMember>();
  for (let at = 0, seen = 0; seen < directory.count; seen++) {
    const { member, next } = parseMember(data, at, where);
    if (members.has(member.name))
      throw new FormatError(`${where}: expected every member once, got ${member.name} twice; write the file again`);
    members.set(member.name, member);
    at = next;
  }
  checkSizes([...members.values()], directory, source);
  return members;
}
