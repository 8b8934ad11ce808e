import { constants } from "node:fs";
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflateRaw as zlibInflateRaw } from "node:zlib";
import { TesseraError } from "@tessera/core";
import { filesOf, type Source, type SourceFiles } from "./source.ts";
import { endsEarly, rangeOf } from "./range-of.ts";
import type { Container } from "./stored-file.ts";

/**
 * Bytes of a container, all from `start` on without a length.
 *
 * @throws FormatError when it ends before, TesseraError for a path to what is no file.
 */
export async function readRange(
  container: Container,
  start: number,
  length?: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (typeof container !== "string") return rangeOf(container, start, length);
  const file = await openRegular(container);
  try {
    if (length === undefined) {
      const { buffer, byteOffset, byteLength } = await file.readFile({ signal });
      return new Uint8Array(buffer, byteOffset, byteLength).subarray(start);
    }
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) throw endsEarly(container, start, length, done);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Opening a pipe waits for somebody to write to it unless told not to; Windows has no such flag, nor such files. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A manifest may name any path: a pipe would be waited for, and a device never end. */
async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, withoutWaiting);
  const info = await file.stat();
  if (info.isFile()) return file;
  await file.close();
  const got = info.isDirectory() ? "a folder" : "a pipe, a device or a socket";
  throw new TesseraError(`${path}: expected a file, got ${got}; leave it out of the data`);
}

/** Bytes in a container. */
export async function containerSize(container: Container): Promise<number> {
  if (typeof container === "string") return (await stat(container)).size;
  return container instanceof Uint8Array ? container.length : container.size;
}

const inflated = promisify(zlibInflateRaw);

/** RFC 1951, ended with an error past `size` bytes. */
export async function inflateRaw(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await inflated(bytes, { maxOutputLength: Math.max(1, size) });
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The files of a path, or of what a page may give as well. @throws TesseraError for no such file. */
export async function listFiles(source: Source, signal?: AbortSignal): Promise<SourceFiles> {
  if (typeof source !== "string" && !(source instanceof URL)) return filesOf(source, signal);
  const root = source instanceof URL ? fileURLToPath(source) : source;
  const info = await stat(root).catch((cause: NodeJS.ErrnoException) => {
    const got = cause.code === "ENOENT" ? "no such file or folder" : cause.message;
    throw new TesseraError(`openDataset: expected a folder or a file, got ${got}: ${root}`, {
      cause,
      code: cause.code === "ENOENT" ? "not-found" : undefined,
    });
  });
  const name = root.replace(/[/\\]+$/, "");
  if (!info.isDirectory()) {
    return { name, files: [{ path: name.split(/[/\\]/).at(-1)!, container: root, start: 0 }], folders: [] };
  }
  const out = { name, files: [], folders: [] };
  await walk(root, "", out, new Set([await realpath(root)]), signal);
  return out;
}

/** @param above where the folder and those that lead to it really are: a link back to one of them is not followed */
async function walk(
  folder: string,
  below: string,
  out: { files: SourceFiles["files"][number][]; folders: string[] },
  above: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const container = join(folder, entry.name);
    const path = below + entry.name;
    // A class is often a link to a folder that lies elsewhere. One that leads nowhere is left to the loader to list.
    const kind = entry.isSymbolicLink() ? await stat(container).catch(() => entry) : entry;
    if (!kind.isDirectory()) {
      if (!kind.isFile() && !kind.isSymbolicLink()) continue; // a pipe, a device or a socket
      out.files.push({ path, container, start: 0 });
      continue;
    }
    const real = await realpath(container);
    if (above.has(real)) continue;
    out.folders.push(path);
    await walk(container, `${path}/`, out, new Set([...above, real]), signal);
  }
}
