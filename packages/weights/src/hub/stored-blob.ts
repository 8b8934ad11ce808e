import { FormatError, TesseraError } from "@tessera/core";
import { type ByteSource, checkRange } from "../source/byte-source.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { sha256 } from "./sha256.ts";

/** Long enough for few requests to the store, short enough to be read for one tensor. */
export const chunkBytes = 4 * 2 ** 20;
/** The hub keeps no larger files in git itself. */
const largestGitFile = 64 * 2 ** 20;

export interface StoredBlob {
  /** The chunk from byte n is at `address?from=n`, the length of a checked file at `address`. */
  address: string;
  etag: string;
}

export const chunkAddress = ({ address }: StoredBlob, from: number): string => `${address}?from=${from}`;

async function chunk(
  store: ChunkStore,
  blob: StoredBlob,
  from: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await store.get(chunkAddress(blob, from));
  if (bytes) return bytes;
  throw new TesseraError(`${name}: expected it in the browser's storage, got nothing; it was cleared, load it again`);
}

/** The length of what is stored from the file's start without a gap. */
export async function storedLength(store: ChunkStore, blob: StoredBlob): Promise<number> {
  for (let at = 0; ; at += chunkBytes) {
    const length = (await store.get(chunkAddress(blob, at)))?.length ?? 0;
    if (length < chunkBytes) return at + length;
  }
}

export async function removeBlob(store: ChunkStore, blob: StoredBlob): Promise<void> {
  for (const address of await store.list(blob.address)) await store.remove(address);
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function gitSha1(store: ChunkStore, blob: StoredBlob, length: number, name: string): Promise<string | undefined> {
  if (length > largestGitFile || !globalThis.crypto?.subtle) return undefined;
  const head = new TextEncoder().encode(`blob ${length}\0`);
  const all = new Uint8Array(head.length + length);
  all.set(head);
  for (let at = 0; at < length; at += chunkBytes) all.set(await chunk(store, blob, at, name), head.length + at);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-1", all)));
}

/** @throws FormatError when what is stored is not what the ETag says; it is removed first */
export async function checkBlob(store: ChunkStore, blob: StoredBlob, length: number, name: string): Promise<void> {
  let got: string | undefined;
  if (/^[0-9a-f]{64}$/.test(blob.etag)) {
    const { update, hex: end } = sha256();
    for (let at = 0; at < length; at += chunkBytes) update(await chunk(store, blob, at, name));
    got = end();
  } else if (/^[0-9a-f]{40}$/.test(blob.etag)) got = await gitSha1(store, blob, length, name);
  if (got === undefined || got === blob.etag) return;
  await removeBlob(store, blob);
  throw new FormatError(
    `${name}: expected hash ${blob.etag}, got ${got}; it was damaged on its way and has been removed, try again`,
  );
}

/** A stored file, of which one chunk at a time is in memory. */
export function storedSource(store: ChunkStore, blob: StoredBlob, length: number, name: string): ByteSource {
  const extent = { name, length };
  let last: { from: number; bytes: Promise<Uint8Array<ArrayBuffer>> } | undefined;
  const chunkAt = (from: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (last?.from !== from) {
      const bytes = chunk(store, blob, from, name);
      last = { from, bytes };
      bytes.catch(() => {
        last = undefined;
      });
    }
    return last!.bytes;
  };
  return {
    ...extent,
    async read(offset, wanted, signal) {
      checkRange(extent, offset, wanted);
      const out = new Uint8Array(wanted);
      for (let done = 0; done < wanted;) {
        signal?.throwIfAborted();
        const at = offset + done;
        const from = at - (at % chunkBytes);
        const part = (await chunkAt(from)).subarray(at - from, at - from + wanted - done);
        if (part.length === 0) throw new TesseraError(`${name}: expected ${length} bytes, got ${at}; load it again`);
        out.set(part, done);
        done += part.length;
      }
      signal?.throwIfAborted();
      return out;
    },
    async close() {
      last = undefined;
    },
  };
}
