import { TesseraError } from "@tessera/core";
import type { Container, StoredFile } from "./stored-file.ts";

/**
 * What a data set is opened from: in Node a path or `file:` URL; in browsers the files of an `<input type="file">`
 * (with `webkitdirectory` a whole folder) or a drop, or a folder of `showDirectoryPicker`; in both the `Blob` or bytes
 * of one file.
 */
export type Source = string | URL | Blob | Uint8Array | Iterable<File> | FileSystemDirectoryHandle;

/** The files that a source holds, archives unopened. */
export interface SourceFiles {
  /** What errors call the source. */
  readonly name: string;
  readonly files: readonly StoredFile[];
  /** Folders, empty ones among them, `/` between names. */
  readonly folders: readonly string[];
}

/** The files of a source that is no path. */
export async function filesOf(source: Exclude<Source, string | URL>, signal?: AbortSignal): Promise<SourceFiles> {
  if (source instanceof Uint8Array) return one("the bytes given", source);
  if (source instanceof Blob) return one("name" in source ? String(source.name) : "the blob given", source);
  if (isFolder(source)) {
    const out = { name: source.name, files: [], folders: [] };
    await walk(source, "", out, signal);
    return out;
  }
  if (typeof source !== "object" || source === null || !(Symbol.iterator in source)) {
    throw new TesseraError(
      `openDataset: expected a path, files, a folder, a Blob or bytes, got ${source === null ? "null" : typeof source}`,
    );
  }
  const files = Array.from(source, (file) => {
    // "folder/class/1.jpg": the folder that was chosen is the data set itself.
    const path = file.webkitRelativePath ? file.webkitRelativePath.replace(/^[^/]*\//, "") : file.name;
    return { path, container: file, start: 0 };
  });
  return { name: "the files given", files: files.filter(({ path }) => !isHidden(path)), folders: [] };
}

/** True for `.DS_Store`, `__MACOSX` and their like, anywhere in a path. */
export function isHidden(path: string): boolean {
  return /(^|\/)(\.|__MACOSX(\/|$))/.test(path);
}

function one(name: string, container: Container): SourceFiles {
  return { name, files: [{ path: name, container, start: 0 }], folders: [] };
}

function isFolder(source: object): source is FileSystemDirectoryHandle {
  return (source as Partial<FileSystemDirectoryHandle>).kind === "directory";
}

async function walk(
  folder: FileSystemDirectoryHandle,
  below: string,
  out: { files: StoredFile[]; folders: string[] },
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  for await (const [name, handle] of folder.entries()) {
    const path = below + name;
    if (isHidden(name)) continue;
    if (handle.kind === "file") {
      out.files.push({ path, container: await (handle as FileSystemFileHandle).getFile(), start: 0 });
    } else {
      out.folders.push(path);
      await walk(handle as FileSystemDirectoryHandle, `${path}/`, out, signal);
    }
  }
}
