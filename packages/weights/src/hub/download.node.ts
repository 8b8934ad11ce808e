import { type FileHandle, open, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { FormatError, TesseraError } from "@tessera/core";
import { checkDigest } from "./digest.node.ts";
import { diskError, hasCode } from "./disk-error.node.ts";
import type { FileInfo } from "./file-info.ts";
import { fill } from "./fill.ts";
import { type Hub, nameOf } from "./settings.ts";

async function checkSpace(folder: string, needed: number, hub: Hub, where: string): Promise<void> {
  const disk = await statfs(folder).catch(() => undefined);
  // some network disks know no sizes and say 0
  if (!disk || disk.blocks === 0 || disk.bavail * disk.bsize >= needed) return;
  const free = Math.floor((disk.bavail * disk.bsize) / 1e6);
  throw new TesseraError(
    `${where}: expected ${Math.ceil(needed / 1e6)} MB of room in ${hub.cacheDir}, got ${free}; make room or set HF_HUB_CACHE to another disk`,
  );
}

/** Writes at a position, not at the end: should another process write the same file, both write the same bytes. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function openPartial(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return open(path, "wx+");
  }
}

/** Renames what another process may rename in the same moment. */
async function renamed(partial: string, blob: string): Promise<void> {
  try {
    await rename(partial, blob);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await stat(blob);
  }
}

async function attempt(hub: Hub, file: string, info: FileInfo, partial: string, blob: string): Promise<void> {
  const where = nameOf(hub, file);
  const handle = await openPartial(partial);
  try {
    const { size, ino } = await handle.stat();
    if (info.size !== undefined) await checkSpace(dirname(partial), info.size - size, hub, where);
    await handle.truncate(await fill(hub, file, info, size, (bytes, at) => writeAt(handle, bytes, at)));
    await handle.sync();
    await checkDigest(handle, info, where, hub.signal);
    // without a working lock another process may have finished or started over: what has this name is then not ours
    const there = await stat(partial).catch(() => undefined);
    if (there?.ino === ino) await renamed(partial, blob);
    else await stat(blob);
  } finally {
    await handle.close();
  }
}

/**
 * Downloads a file to `blob`, by way of `partial`, which is continued when it is there and stays when this fails. What
 * becomes the blob has the size and hash that the hub says.
 *
 * @throws ChangedError when the hub has another version by now, TesseraError when it cannot be had or stored
 */
export async function download(hub: Hub, file: string, info: FileInfo, partial: string, blob: string): Promise<void> {
  const continued = await stat(partial).then(
    ({ size }) => size > 0,
    () => false,
  );
  try {
    await attempt(hub, file, info, partial, blob);
  } catch (error) {
    if (!(error instanceof FormatError)) throw diskError(error, nameOf(hub, file), hub.cacheDir);
    await rm(partial, { force: true });
    // what an earlier process left may have been the damaged part
    if (!continued || error.constructor !== FormatError) throw error;
    await attempt(hub, file, info, partial, blob).catch(async (again: unknown) => {
      if (again instanceof FormatError) await rm(partial, { force: true });
      throw diskError(again, nameOf(hub, file), hub.cacheDir);
    });
  }
}
