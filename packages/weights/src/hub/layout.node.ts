import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isCommit } from "./hub-id.ts";

const tag = `Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by huggingface_hub.
# For information about cache directory tags, see:
#\thttps://bford.info/cachedir/
`;

/** The folders of one repository in the cache, as Python's huggingface_hub lays them out and shares them with us. */
export interface Layout {
  /** `models--org--name` */
  folder: string;
  /** The content itself, under its ETag. */
  blob(etag: string): string;
  /** A link to the content, under its name at a commit. */
  pointer(commit: string, file: string): string;
  /** A text file with the commit that a branch or tag stood for when it was last asked. */
  ref(revision: string): string;
  snapshot(commit: string): string;
  /** Empty files by the names that a commit is known not to have. */
  missing(commit: string): string;
  /**
   * A download that is not complete. The middle of the name keeps other clients off it: older Pythons append to
   * `<etag>.incomplete` under a lock that Node cannot take, newer ones use a random name and never continue it.
   */
  partial(etag: string): string;
  lock(etag: string): string;
}

export function layoutOf(cacheDir: string, repo: string): Layout {
  const name = ["models", ...repo.split("/")].join("--");
  const folder = join(cacheDir, name);
  return {
    folder,
    blob: (etag) => join(folder, "blobs", etag),
    pointer: (commit, file) => join(folder, "snapshots", commit, ...file.split("/")),
    ref: (revision) => join(folder, "refs", ...revision.split("/")),
    snapshot: (commit) => join(folder, "snapshots", commit),
    missing: (commit) => join(folder, ".no_exist", commit),
    partial: (etag) => join(folder, "blobs", `${etag}.tessera.incomplete`),
    lock: (etag) => join(cacheDir, ".locks", name, `${etag}.tessera.lock`),
  };
}

/** The size of a file, through links, or undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

/** The commit that a revision stood for when it was last asked. */
export async function readRef(layout: Layout, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const text = await readFile(layout.ref(revision), "utf8").catch(() => "");
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Renamed into place, so that nobody reads half a commit; not touched when it is right, as it may be read-only. */
export async function writeRef(layout: Layout, revision: string, commit: string): Promise<void> {
  if ((await readRef(layout, revision)) === commit) return;
  const path = layout.ref(revision);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, commit);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Tells backup programs to leave the cache out, with Python's words (bford.info/cachedir). */
export async function tagCache(cacheDir: string): Promise<void> {
  await writeFile(join(cacheDir, "CACHEDIR.TAG"), tag, { flag: "wx" }).catch(() => {});
}
