import { FormatError } from "@tessera/core";
import { containerSize, readRange } from "#file-system";
import type { SourceFiles } from "./source.ts";
import type { StoredFile } from "./stored-file.ts";
import { isTar, listTar } from "./tar.ts";
import { isGzip } from "./unzipped.ts";
import { listZip } from "./zip.ts";

const firstBytes = 512;

/**
 * The files in a zip or tar, where a source is one archive; where it is nothing but archives (`train.zip` and `test.zip`,
 * or shards), the files of all of them, each below its archive's name. Archives beside pictures are left alone: those are
 * mostly what the pictures came in.
 *
 * @throws FormatError for damaged archives, and for a tar that is compressed, whose members cannot be read one by one.
 */
export async function unpackArchives(source: SourceFiles, signal?: AbortSignal): Promise<SourceFiles> {
  const [first] = source.files;
  if (source.files.length === 1)
    return isArchive(first!.path) ? opened(first!, signal) : ((await unpack(first!, signal)) ?? source);
  const archives = source.files.filter(({ path }) => isArchive(path));
  if (archives.length === 0 || source.files.some(({ path }) => !isArchive(path) && !isNote(path))) return source;
  const files: StoredFile[] = [];
  const folders: string[] = [];
  for (const archive of archives) {
    const held = await opened(archive, signal);
    const below = archive.path.replace(/\.[^.]*$/, "/");
    for (const file of held.files) files.push({ ...file, path: below + file.path });
    for (const path of held.folders) folders.push(below + path);
  }
  return { name: source.name, files, folders };
}

/** What by its name is an archive. */
async function opened(file: StoredFile, signal?: AbortSignal): Promise<SourceFiles> {
  const held = await unpack(file, signal);
  if (!held) throw new FormatError(`${file.path}: expected a zip or tar archive, got something else; is it damaged?`);
  return held;
}

async function unpack({ container, path }: StoredFile, signal?: AbortSignal): Promise<SourceFiles | undefined> {
  const bytes = await readRange(container, 0, Math.min(firstBytes, await containerSize(container)), signal);
  const [a, b, c] = bytes;
  if (a === 0x50 && b === 0x4b && (c === 3 || c === 5)) return listZip(container, signal);
  if (isTar(bytes)) return listTar(container, signal);
  if (isGzip(bytes) && /\.(tar\.gz|tgz)$/i.test(path)) {
    throw new FormatError(`${path}: expected a tar that is not compressed, got one that is; unpack it, or gunzip it`);
  }
  return undefined;
}

function isArchive(path: string): boolean {
  return /\.(zip|tar)$/i.test(path);
}

function isNote(path: string): boolean {
  return /\.(md|txt|json)$|^[^.]*$/i.test(path);
}
