import { FormatError } from "@tessera/core";
import { containerSize, readRange } from "#file-system";
import { isHidden, type SourceFiles } from "./source.ts";
import { type Container, containerName, type StoredFile } from "./stored-file.ts";

const block = 512;
/** How much is read at a time while headers are sought; a larger file's contents are jumped over. */
const windowBytes = 2 ** 20;

/** True for the files of a tar that are read while it is indexed: labels, which are many and tiny. */
const isLabel = (path: string) => /\.(cls|json|txt|csv|jsonl)$/i.test(path);
const largestLabel = 2 ** 16;

/**
 * The files in a tar archive (ustar, GNU and pax), in one pass over its headers. The archive is read where it lies,
 * never unpacked; the contents of label files are kept, as they pass by.
 *
 * @throws FormatError when it is damaged or cut.
 */
export async function listTar(container: Container, signal?: AbortSignal): Promise<SourceFiles> {
  const name = containerName(container);
  const size = await containerSize(container);
  const read = windowed(container, size, signal);
  const files: StoredFile[] = [];
  const folders: string[] = [];
  let longPath: string | undefined;
  let longSize: number | undefined;
  for (let at = 0; at + block <= size;) {
    const header = await read(at, block);
    if (header.every((byte) => byte === 0)) break; // the archive's end
    checkSum(header, at, name);
    const kind = String.fromCharCode(header[156]!);
    const length = (kind !== "x" && longSize) || fileSize(header);
    const start = at + block;
    if (start + length > size) {
      throw new FormatError(
        `${name}: expected ${length} bytes from byte ${start} on, got the archive's end; fetch it again`,
      );
    }
    at = start + Math.ceil(length / block) * block;
    if (kind === "L") longPath = text(await read(start, length));
    else if (kind === "x") {
      const records = paxRecords(await read(start, length));
      longPath = records.get("path") ?? longPath;
      longSize = records.has("size") ? Number(records.get("size")) : undefined;
    } else {
      const path = (longPath ?? ustarPath(header)).replace(/^\.\//, "");
      longPath = longSize = undefined;
      if (isHidden(path)) continue;
      if (kind === "5") folders.push(path.replace(/\/$/, ""));
      else if (kind === "0" || kind === "\0") {
        const kept = isLabel(path) && length <= largestLabel;
        files.push(
          kept
            ? { path, container: (await read(start, length)).slice(), start: 0 }
            : { path, container, start, length },
        );
      }
    }
  }
  return { name, files, folders };
}

/** True for the first block of a tar: its checksum agrees, as hardly any other file's would. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && bytes[0] !== 0 && octal(bytes, 148, 8) === sumOf(bytes.subarray(0, block));
}

/** Reads of neighbours are served from one larger read. */
function windowed(container: Container, size: number, signal?: AbortSignal) {
  let bytes: Uint8Array = new Uint8Array();
  let from = 0;
  return async (start: number, length: number): Promise<Uint8Array> => {
    if (start < from || start + length > from + bytes.length) {
      from = start;
      bytes = await readRange(container, start, Math.min(Math.max(length, windowBytes), size - start), signal);
    }
    return bytes.subarray(start - from, start - from + length);
  };
}

function checkSum(header: Uint8Array, at: number, name: string): void {
  if (octal(header, 148, 8) === sumOf(header)) return;
  throw new FormatError(
    `${name}: expected a tar header at byte ${at}, got none; the archive is damaged, fetch it again`,
  );
}

/** The sum of a header's bytes, its own checksum taken as spaces. */
function sumOf(header: Uint8Array): number {
  let sum = 8 * 32;
  for (const [i, byte] of header.entries()) if (i < 148 || i >= 156) sum += byte;
  return sum;
}

/** Octal digits, or in GNU's files of 8 GiB and more a big-endian number after a set bit. */
function fileSize(header: Uint8Array): number {
  if (!(header[124]! & 0x80)) return octal(header, 124, 12);
  return header.subarray(125, 136).reduce((value, byte) => value * 256 + byte, 0);
}

function octal(bytes: Uint8Array, at: number, length: number): number {
  return Number.parseInt(text(bytes.subarray(at, at + length)).trim() || "0", 8);
}

function ustarPath(header: Uint8Array): string {
  const path = text(header.subarray(0, 100));
  const prefix =
    text(header.subarray(257, 262)) === "ustar" && header[263] === 48 ? text(header.subarray(345, 500)) : "";
  return prefix ? `${prefix}/${path}` : path;
}

/** "LENGTH KEY=VALUE\n" each, the length in bytes and of all of it. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = Number(text(bytes.subarray(at, space)));
    if (space < 0 || !(length > 0)) break;
    const [, key, value] = /^([^=]*)=([^]*)$/.exec(text(bytes.subarray(space + 1, at + length - 1))) ?? [];
    if (key !== undefined) records.set(key, value!);
    at += length;
  }
  return records;
}

/** UTF-8 up to the first zero. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
