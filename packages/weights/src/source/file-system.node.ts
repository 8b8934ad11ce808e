import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { type FileHandle, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TesseraError } from "@tessera/core";
import { type ByteSource, checkRange } from "./byte-source.ts";

/** One call to the system reads at most this much: Linux and libuv stop short of 2 GiB. */
const largestRead = 2 ** 30;

const advice: Readonly<Record<string, string>> = {
  ENOENT: "no such file; check the path",
  EACCES: "no permission to read it",
  EISDIR: "a folder; name the file inside it",
  ENOSPC: "a full disk; make room and try again",
};

function explained(path: string, wanted: string, cause: unknown): TesseraError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  return new TesseraError(`${path}: expected ${wanted}, got ${advice[code] ?? String(cause)}`, {
    cause,
    code: code === "ENOENT" ? "not-found" : undefined,
  });
}

function pathOf(file: string | URL): string {
  return file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file;
}

const openFile = promisify(fs.open);
const closeFile = promisify(fs.close);
const readFile = promisify(fs.read);

/** Closes a file whose source was forgotten: a checkpoint that is loaded in one line is never disposed. */
const forgotten = new FinalizationRegistry<number>((file) => fs.close(file, () => {}));

/** Opening a pipe waits for somebody to write to it unless told not to; Windows has no such flag, nor such files. */
const withoutWaiting = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** What a path leads to that is no file. */
function kindOf(found: fs.Stats): string {
  if (found.isDirectory()) return advice.EISDIR!;
  return found.isFIFO() ? "a pipe; write it to a file first" : "a device or a socket";
}

/** A file, read by position, so that several reads may run at once. */
export async function openPath(file: string | URL): Promise<ByteSource> {
  const path = pathOf(file);
  const descriptor = await openFile(path, withoutWaiting).catch((cause: unknown) => {
    throw explained(path, "a file", cause);
  });
  const found = await promisify(fs.fstat)(descriptor);
  if (!found.isFile()) {
    await closeFile(descriptor);
    throw new TesseraError(`${path}: expected a file, got ${kindOf(found)}`);
  }
  const extent = { name: path, length: found.size };
  const running = new Set<Promise<unknown>>();
  let isOpen = true;
  const fill = async (bytes: Uint8Array, offset: number, signal?: AbortSignal): Promise<void> => {
    for (let done = 0; done < bytes.length;) {
      signal?.throwIfAborted();
      const length = Math.min(largestRead, bytes.length - done);
      const { bytesRead } = await readFile(descriptor, bytes, done, length, offset + done);
      if (bytesRead === 0)
        throw new TesseraError(
          `${path}: expected ${bytes.length} bytes at ${offset}, got ${done}; the file was cut while it was read`,
        );
      done += bytesRead;
    }
  };
  const source: ByteSource = {
    ...extent,
    async read(offset, length, signal) {
      checkRange(extent, offset, length);
      if (!isOpen)
        throw new TesseraError(`${path}: expected an open file, got a disposed one; open the checkpoint again`);
      const bytes = new Uint8Array(length);
      const reading = fill(bytes, offset, signal);
      running.add(reading);
      await reading.finally(() => running.delete(reading));
      return bytes;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      forgotten.unregister(source);
      // the system may give the number to another file at once
      await Promise.allSettled(running);
      await closeFile(descriptor);
    },
  };
  forgotten.register(source, descriptor, source);
  return source;
}

/**
 * Writes a file that is there whole or not at all: under a temporary name beside it, flushed to disk, then renamed. Who may
 * read a file that was there stays as it was, and so does a link to it. A device or a pipe is written to as it is.
 */
export async function writeAtomically(file: string | URL, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const path = await realpath(pathOf(file)).catch(() => pathOf(file));
  const there = await stat(path).catch(() => undefined);
  const mode = there?.isFile() ? there.mode & 0o7777 : undefined;
  const isFile = !there || mode !== undefined || there.isDirectory();
  const temporary = isFile ? `${path}.${randomBytes(6).toString("hex")}.tmp` : undefined;
  try {
    const handle = await open(temporary ?? path, temporary ? "wx" : "w", mode).catch((cause: unknown) => {
      throw explained(path, "a place to write to", cause);
    });
    try {
      // The mode that it was opened with had to fit the process's mask; disks without modes refuse.
      if (mode !== undefined) await handle.chmod(mode).catch(() => {});
      await writeAll(handle, chunks);
      if (temporary) await handle.sync();
    } finally {
      await handle.close();
    }
    if (temporary) await rename(temporary, path);
  } catch (error) {
    if (temporary) await rm(temporary, { force: true });
    throw TesseraError.isInstance(error) || !(error as NodeJS.ErrnoException).code
      ? error
      : explained(path, "a whole write", error);
  }
  if (temporary) await syncFolder(dirname(path));
}

async function writeAll(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) await handle.writeFile(chunk);
}

/** Writes files into a folder, which is made if need be: one after the other, each whole or not at all. */
export async function writeFolder(
  folder: string | URL,
  files: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
): Promise<void> {
  const path = pathOf(folder);
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw explained(path, "a folder to write to", cause);
  });
  for (const [name, chunks] of Object.entries(files)) await writeAtomically(join(path, name), chunks);
}

/** Makes the rename itself last through a power cut, where the system allows it: Windows does not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
