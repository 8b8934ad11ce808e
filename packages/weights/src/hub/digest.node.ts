import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { FormatError } from "@tessera/core";
import type { FileInfo } from "./file-info.ts";

/** The ETag of LFS and Xet files is their sha256, that of others git's sha1 of a blob. Others tell nothing. */
function hashOf({ etag }: FileInfo, size: number): { name: string; running: Hash } | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return { name: "sha256", running: createHash("sha256") };
  if (/^[0-9a-f]{40}$/.test(etag)) return { name: "git sha1", running: createHash("sha1").update(`blob ${size}\0`) };
  return undefined;
}

/**
 * Reads what lies on the disk, not what came over the wire: that is what will be used.
 *
 * @throws FormatError when size or hash are not what the hub says
 */
export async function checkDigest(
  handle: FileHandle,
  info: FileInfo,
  where: string,
  signal?: AbortSignal,
): Promise<void> {
  const { size } = await handle.stat();
  if (info.size !== undefined && size !== info.size) throw damaged(where, `${info.size} bytes`, String(size));
  const hash = hashOf(info, size);
  if (!hash) return;
  const buffer = Buffer.allocUnsafe(4 * 2 ** 20);
  for (let at = 0; at < size;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) break;
    hash.running.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  const got = hash.running.digest("hex");
  if (got !== info.etag) throw damaged(where, `${hash.name} ${info.etag}`, got);
}

function damaged(where: string, wanted: string, got: string): FormatError {
  return new FormatError(
    `${where}: expected ${wanted}, got ${got}; it was damaged on its way and has been removed, try again`,
  );
}
