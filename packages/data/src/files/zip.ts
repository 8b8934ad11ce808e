import { FormatError } from "@tessera/core";
import { containerSize, readRange } from "#file-system";
import { isHidden, type SourceFiles } from "./source.ts";
import { type Container, containerName, type StoredFile } from "./stored-file.ts";

/** Numbers of APPNOTE.TXT 6.3.10: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const signature = { member: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const endBytes = 22;
const longestComment = 65535;
const memberBytes = 46;
/** Deflate cannot do better than this: 258 bytes from 2 bits, RFC 1951. */
const largestRatio = 1032;

/**
 * The files in a zip archive (zip64 too), from its directory alone: nothing is unpacked.
 *
 * A reader of our own, because general ones spend more than a millisecond on each of a data set's many small members,
 * and give no position that a worker could read at by itself.
 *
 * @throws FormatError when the archive is damaged, cut or encrypted.
 */
export async function listZip(container: Container, signal?: AbortSignal): Promise<SourceFiles> {
  const name = containerName(container);
  const directory = await findDirectory(container, name, signal);
  const bytes = await readRange(container, directory.start, directory.bytes, signal);
  const view = viewOf(bytes);
  const files: StoredFile[] = [];
  const folders: string[] = [];
  let at = 0;
  for (let seen = 0; seen < directory.count; seen++) {
    if (at + memberBytes > bytes.length || view.getUint32(at, true) !== signature.member) throw damaged(name);
    const next = at + memberBytes + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
    const end = next + view.getUint16(at + 32, true);
    if (end > bytes.length) throw damaged(name);
    const path = new TextDecoder().decode(
      bytes.subarray(at + memberBytes, at + memberBytes + view.getUint16(at + 28, true)),
    );
    if (path.endsWith("/")) folders.push(path.slice(0, -1));
    else files.push(memberFile(container, path, view, at, next));
    at = end;
  }
  return {
    name,
    files: files.filter((file) => !isHidden(file.path)),
    folders: folders.filter((path) => !isHidden(path)),
  };
}

function memberFile(container: Container, path: string, view: DataView, at: number, extraEnd: number): StoredFile {
  const name = containerName(container);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if (flags & 1)
    throw new FormatError(`${name}: expected plain members, got ${path} encrypted; pack it without a password`);
  if (method !== 0 && method !== 8) {
    throw new FormatError(
      `${name}: expected ${path} stored or deflated, got compression method ${method}; pack it again`,
    );
  }
  const narrow = [24, 20, 42].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
  const extraAt = at + memberBytes + view.getUint16(at + 28, true);
  const [size, length, start] = narrow.includes(0xffffffff) ? wide(narrow, view, extraAt, extraEnd, name) : narrow;
  if (method === 0 ? size !== length : size > length * largestRatio + 64) throw damaged(name);
  return { path, container, start, length, member: { deflated: method === 8, size } };
}

/** Sizes of 4 GiB and more stand in an extra field, in this order, each only if its 32-bit place holds all ones. */
function wide(
  narrow: [size: number, packed: number, start: number],
  view: DataView,
  from: number,
  to: number,
  name: string,
): [number, number, number] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      if (next > to) throw damaged(name);
      return uint64(view, next - 8, name);
    }) as [number, number, number];
  }
  return narrow;
}

interface Directory {
  readonly count: number;
  readonly bytes: number;
  readonly start: number;
}

async function findDirectory(container: Container, name: string, signal?: AbortSignal): Promise<Directory> {
  const size = await containerSize(container);
  const tailStart = Math.max(0, size - endBytes - longestComment);
  const tail = viewOf(await readRange(container, tailStart, size - tailStart, signal));
  let end = tail.byteLength - endBytes;
  while (
    end >= 0 &&
    !(
      tail.getUint32(end, true) === signature.end && end + endBytes + tail.getUint16(end + 20, true) === tail.byteLength
    )
  )
    end--;
  if (end < 0) {
    throw new FormatError(
      `${name}: expected a zip archive's directory at its end, got none; it is cut short, fetch it again`,
    );
  }
  const locator = end - 20;
  if (locator >= 0 && tail.getUint32(locator, true) === signature.locator64) {
    const end64 = viewOf(await readRange(container, uint64(tail, locator + 8, name), 56, signal));
    if (end64.getUint32(0, true) !== signature.end64) throw damaged(name);
    return checked(
      { count: uint64(end64, 32, name), bytes: uint64(end64, 40, name), start: uint64(end64, 48, name) },
      size,
      name,
    );
  }
  return checked(
    {
      count: tail.getUint16(end + 10, true),
      bytes: tail.getUint32(end + 12, true),
      start: tail.getUint32(end + 16, true),
    },
    size,
    name,
  );
}

/** Nothing is allocated that the file cannot hold. */
function checked(directory: Directory, size: number, name: string): Directory {
  const { count, bytes, start } = directory;
  if (start + bytes > size || count * memberBytes > bytes) throw damaged(name);
  return directory;
}

function damaged(name: string): FormatError {
  return new FormatError(`${name}: expected a zip archive's directory, got a damaged one; fetch the file again`);
}

function uint64(view: DataView, at: number, name: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(name);
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
