import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { TesseraError } from "@tessera/core";
import { diskError } from "./disk-error.node.ts";
import { download } from "./download.node.ts";
import { type FileInfo, fetchFileInfo } from "./file-info.ts";
import { isCommit } from "./hub-id.ts";
import { type Layout, layoutOf, readRef, sizeOf, tagCache, writeRef } from "./layout.node.ts";
import { pointTo } from "./link.node.ts";
import { withLock } from "./lock.node.ts";
import type { HubEntry, HubFile } from "./options.ts";
import { retrying } from "./retry.ts";
import { type Hub, nameOf } from "./settings.ts";
import { ChangedError } from "./transfer.ts";

/** With a copy at hand nobody waits long for the hub. */
const askMs = 10_000;
/** An older Python's unfinished download is taken over when nobody has written to it for this long. */
const quietMs = 600_000;

/** The file as it was when the revision was last asked for. */
async function cachedPath(layout: Layout, revision: string, file: string): Promise<string | undefined> {
  const commit = await readRef(layout, revision);
  if (commit === undefined) return undefined;
  const path = layout.pointer(commit, file);
  return (await sizeOf(path)) === undefined ? undefined : path;
}

/** What the hub says of the file, or undefined when it cannot be asked and there is a copy. */
async function ask(hub: Hub, file: string, cached: string | undefined): Promise<FileInfo | undefined> {
  if (cached === undefined) return retrying(hub, () => fetchFileInfo(hub, file));
  try {
    return await fetchFileInfo(hub, file, Math.min(askMs, hub.retry.silenceMs));
  } catch (error) {
    // as Python does: a token that ran out or a captive portal shall not stop what worked yesterday
    if (hub.signal?.aborted || TesseraError.isInstance(error, "not-found")) throw error;
    return undefined;
  }
}

/** Takes over what an older Python left unfinished. Newer ones leave nothing that could be continued. */
async function adopt(layout: Layout, etag: string): Promise<void> {
  const left = `${layout.blob(etag)}.incomplete`;
  const found = await stat(left).catch(() => undefined);
  if (!found?.isFile() || Date.now() - found.mtimeMs < quietMs) return;
  if ((await sizeOf(layout.partial(etag))) === undefined) await rename(left, layout.partial(etag));
}

const isWhole = (size: number | undefined, info: FileInfo): boolean =>
  size !== undefined && (info.size === undefined || size === info.size);

async function store(hub: Hub, layout: Layout, file: string, info: FileInfo): Promise<string> {
  const pointer = layout.pointer(info.commit, file);
  if (isWhole(await sizeOf(pointer), info)) {
    // the cache may be read-only: nothing that is not needed may fail
    await writeRef(layout, hub.revision, info.commit).catch(() => {});
    return pointer;
  }
  const blob = layout.blob(info.etag);
  await mkdir(dirname(blob), { recursive: true });
  await tagCache(hub.cacheDir);
  await withLock(layout.lock(info.etag), hub.signal, async () => {
    // another process may have been faster
    if (isWhole(await sizeOf(pointer), info)) return;
    const size = await sizeOf(blob);
    const isNew = !isWhole(size, info);
    if (isNew) {
      // Only what was there: without a working lock another process may put the whole file there by now.
      if (size !== undefined) await rm(blob, { force: true });
      await adopt(layout, info.etag);
      await download(hub, file, info, layout.partial(info.etag), blob);
    }
    await pointTo(blob, pointer, isNew);
  });
  // last, so that a revision never stands for a commit of which nothing is there
  await writeRef(layout, hub.revision, info.commit);
  return pointer;
}

/**
 * The path of a file inside the Hugging Face cache, downloaded if need be. A file of a commit that is there costs no
 * request, one of a branch costs one HEAD request.
 *
 * @throws TesseraError when it cannot be had
 */
export async function cachedFile(hub: Hub, file: string): Promise<HubFile> {
  const layout = layoutOf(hub.cacheDir, hub.repo);
  const cached = await cachedPath(layout, hub.revision, file);
  if (cached !== undefined && (hub.offline || isCommit(hub.revision))) return cached;
  const where = nameOf(hub, file);
  if (hub.offline)
    throw new TesseraError(
      `${where}: expected a copy in ${hub.cacheDir}, got none while offline; download it once without HF_HUB_OFFLINE and the offline option`,
      { code: "unreachable" },
    );
  for (let changes = 0; ; changes++) {
    const info = await ask(hub, file, cached);
    if (!info) return cached!;
    try {
      return await store(hub, layout, file, info);
    } catch (error) {
      if (!(error instanceof ChangedError) || changes === 2) throw diskError(error, where, hub.cacheDir);
    }
  }
}

/** Notes what a branch or tag stands for; a cache that is read-only stays as it is. */
export async function keepRevision(hub: Hub, commit: string): Promise<void> {
  await writeRef(layoutOf(hub.cacheDir, hub.repo), hub.revision, commit).catch(() => {});
}

/** Notes that the commit has no file of this name, if the cache holds anything of it. */
export async function keepAbsent(hub: Hub, file: string): Promise<void> {
  const layout = layoutOf(hub.cacheDir, hub.repo);
  const marker = join(layout.missing(hub.revision), ...file.split("/"));
  await mkdir(dirname(marker), { recursive: true })
    .then(() => writeFile(marker, "", { flag: "wx" }))
    .catch(() => {});
}

/** The files of a commit that are in the cache, and those that it is known not to have. */
export async function cachedListing(
  hub: Hub,
): Promise<{ commit: string; files: HubEntry[]; absent: string[] } | undefined> {
  const layout = layoutOf(hub.cacheDir, hub.repo);
  const commit = await readRef(layout, hub.revision);
  if (commit === undefined) return undefined;
  const files = await entriesOf(layout.snapshot(commit));
  const absent = (await entriesOf(layout.missing(commit))).map(({ name }) => name);
  return files.length > 0 ? { commit, files, absent } : undefined;
}

/** Files below a folder, by name; none where there is no such folder. */
async function entriesOf(root: string): Promise<HubEntry[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files: HubEntry[] = [];
  for (const entry of found) {
    const path = `${entry.parentPath}${sep}${entry.name}`;
    const size = await sizeOf(path);
    if (size !== undefined) files.push({ name: relative(root, path).split(sep).join("/"), size });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}
