import { FormatError, TesseraError } from "@tessera/core";
import { type ChunkStore, openStore } from "./chunk-store.ts";
import type { FileInfo } from "./file-info.ts";
import { fill } from "./fill.ts";
import { isCommit } from "./hub-id.ts";
import { fetchListing } from "./listing.ts";
import type { HubEntry, HubFile } from "./options.ts";
import { retrying } from "./retry.ts";
import { type Hub, nameOf } from "./settings.ts";
import {
  checkBlob,
  chunkAddress,
  chunkBytes,
  removeBlob,
  type StoredBlob,
  storedLength,
  storedSource,
} from "./stored-blob.ts";

// The Cache API holds what the cache folder holds in Node, under addresses that no server has:
// org/name/refs/main, org/name/snapshots/<commit>/config.json, org/name/blobs/<etag>, org/name/blobs/<etag>?from=0

const address = (hub: Hub, ...parts: string[]): string =>
  [hub.endpoint, hub.repo, ...parts.map(encodeURIComponent)].join("/");

const blobOf = (hub: Hub, etag: string): StoredBlob => ({ address: address(hub, "blobs", etag), etag });

async function getText(store: ChunkStore, at: string): Promise<string | undefined> {
  const bytes = await store.get(at);
  return bytes && new TextDecoder().decode(bytes);
}

const putText = (store: ChunkStore, at: string, text: string): Promise<void> =>
  store.put(at, new TextEncoder().encode(text));

const commitOf = (store: ChunkStore, hub: Hub): Promise<string | undefined> =>
  isCommit(hub.revision) ? Promise.resolve(hub.revision) : getText(store, address(hub, "refs", hub.revision));

async function stored(store: ChunkStore, hub: Hub, etag: string, file: string): Promise<HubFile | undefined> {
  const blob = blobOf(hub, etag);
  const length = await getText(store, blob.address);
  return length === undefined ? undefined : storedSource(store, blob, Number(length), nameOf(hub, file));
}

/** The file as it was when the revision was last asked for. */
async function cached(store: ChunkStore, hub: Hub, file: string): Promise<HubFile | undefined> {
  const commit = await commitOf(store, hub);
  const etag = commit && (await getText(store, address(hub, "snapshots", commit, file)));
  return etag ? stored(store, hub, etag, file) : undefined;
}

/** A page cannot see what the hub says when it redirects, so it asks the API instead of sending HEAD. */
async function ask(hub: Hub, file: string): Promise<FileInfo> {
  const { commit, files } = await fetchListing(hub);
  const entry = files.find(({ name }) => name === file);
  if (!entry)
    throw new TesseraError(
      `${nameOf(hub, file)}: expected a file of the repository, got none of that name; hubFiles("${hub.repo}") lists those it has`,
      { code: "not-found" },
    );
  return { commit, size: entry.size, etag: entry.etag ?? `${commit}-${file}` };
}

async function download(store: ChunkStore, hub: Hub, file: string, info: FileInfo): Promise<void> {
  const name = nameOf(hub, file);
  const blob = blobOf(hub, info.etag);
  const before = await storedLength(store, blob);
  const done = before - (before % chunkBytes);
  let buffer = new Uint8Array(chunkBytes);
  let at = done;
  const flush = async (): Promise<void> => {
    const used = at % chunkBytes || chunkBytes;
    await store.put(chunkAddress(blob, at - used), buffer.slice(0, used));
    buffer = new Uint8Array(chunkBytes);
  };
  // the commit, not the branch: nothing changes between two connections
  const length = await fill({ ...hub, revision: info.commit }, file, info, done, async (bytes, from) => {
    at = from;
    for (let rest = bytes; rest.length > 0;) {
      const part = rest.subarray(0, chunkBytes - (at % chunkBytes));
      buffer.set(part, at % chunkBytes);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at % chunkBytes === 0) await flush();
    }
  });
  if (at % chunkBytes > 0) await flush();
  if (info.size !== undefined && length !== info.size) {
    await removeBlob(store, blob);
    throw new FormatError(`${name}: expected ${info.size} bytes, got ${length}; it has been removed, try again`);
  }
  await checkBlob(store, blob, length, name);
  await putText(store, blob.address, String(length));
}

/**
 * A file in the browser's storage, downloaded if need be and continued where it was cut.
 *
 * @throws TesseraError when it cannot be had
 */
export async function cachedFile(hub: Hub, file: string): Promise<HubFile> {
  const store = await openStore(hub.cacheDir);
  const copy = await cached(store, hub, file);
  if (copy && (hub.offline || isCommit(hub.revision))) return copy;
  if (hub.offline)
    throw new TesseraError(
      `${nameOf(hub, file)}: expected a copy in the browser's storage, got none while offline; load it once without the offline option`,
      { code: "unreachable" },
    );
  let info: FileInfo;
  try {
    info = await (copy ? ask(hub, file) : retrying(hub, () => ask(hub, file)));
  } catch (error) {
    if (!copy || hub.signal?.aborted || TesseraError.isInstance(error, "not-found")) throw error;
    return copy;
  }
  if (!(await stored(store, hub, info.etag, file))) await download(store, hub, file, info);
  await putText(store, address(hub, "snapshots", info.commit, file), info.etag);
  if (info.commit !== hub.revision) await putText(store, address(hub, "refs", hub.revision), info.commit);
  return (await stored(store, hub, info.etag, file))!;
}

/** Notes what a branch or tag stands for. */
export async function keepRevision(hub: Hub, commit: string): Promise<void> {
  if (commit === hub.revision) return;
  await putText(await openStore(hub.cacheDir), address(hub, "refs", hub.revision), commit);
}

/** Notes that the commit has no file of this name. */
export async function keepAbsent(hub: Hub, file: string): Promise<void> {
  await putText(await openStore(hub.cacheDir), address(hub, "absent", hub.revision, file), "");
}

/** The files of a commit that are in the browser's storage, and those that it is known not to have. */
export async function cachedListing(
  hub: Hub,
): Promise<{ commit: string; files: HubEntry[]; absent: string[] } | undefined> {
  const store = await openStore(hub.cacheDir);
  const commit = await commitOf(store, hub);
  if (!commit) return undefined;
  const namesOf = async (kind: string): Promise<string[]> => {
    const prefix = address(hub, kind, commit, "");
    return (await store.list(prefix)).sort().map((at) => decodeURIComponent(at.slice(prefix.length)));
  };
  const files = (await namesOf("snapshots")).map((name) => ({ name }));
  return files.length > 0 ? { commit, files, absent: await namesOf("absent") } : undefined;
}
