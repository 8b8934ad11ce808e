import { FormatError } from "@tessera/core";
import { inflateRaw, readRange } from "#file-system";

/** What holds files or is one: a path in Node, a `Blob` or `File`, or bytes in memory. */
export type Container = string | Blob | Uint8Array;

/**
 * A file of a data set, wherever it lies: whole on a disk, or a run of bytes in an archive, a `Blob` or memory. Plain
 * data: it can be posted to a worker, which then reads it by itself.
 */
export interface StoredFile {
  /** Below the data set's folder or in its archive, `/` between names. */
  readonly path: string;
  readonly container: Container;
  /** Where in the container it begins; a zip's member with its local header. */
  readonly start: number;
  /** Bytes it takes in the container, a member's local header left out. @default all there are */
  readonly length?: number;
  /** Of a zip's member: whether it is deflated, and to how many bytes it inflates. */
  readonly member?: { readonly deflated: boolean; readonly size: number };
}

const localHeaderBytes = 30;

/**
 * The contents of a file.
 *
 * @throws FormatError where an archive does not hold what its directory says; the file system's own error.
 */
export async function readStored(file: StoredFile, signal?: AbortSignal): Promise<Uint8Array> {
  const { container, start, length, member } = file;
  if (!member) return readRange(container, start, length, signal);
  const header = await readRange(container, start, localHeaderBytes, signal);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== 0x04034b50) throw notThere(file, "something else");
  // Its name and extra field are of other lengths here than in the directory.
  const data = start + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = await readRange(container, data, length, signal);
  if (!member.deflated) return packed;
  const bytes = await inflateRaw(packed, member.size).catch((cause: unknown) => {
    throw notThere(file, `a damaged one (${(cause as Error).message})`, cause);
  });
  if (bytes.length !== member.size) throw notThere(file, `one of ${bytes.length} bytes, not ${member.size}`);
  return bytes;
}

function notThere({ container, path }: StoredFile, got: string, cause?: unknown): FormatError {
  const where = containerName(container);
  return new FormatError(`${where}: expected the member ${path}, got ${got}; the archive is damaged, fetch it again`, {
    cause,
  });
}

/** What errors call a container. */
export function containerName(container: Container): string {
  if (typeof container === "string") return container;
  if (container instanceof Uint8Array) return "the bytes given";
  return "name" in container ? String(container.name) : "the blob given";
}

/** What errors call a file: its whole path, or its place in the archive that it lies in. */
export function fileName({ container, path }: StoredFile): string {
  if (container instanceof Uint8Array) return path;
  const name = containerName(container);
  if (path.endsWith(name)) return path;
  return name.replaceAll("\\", "/").endsWith(path) ? name : `${name}: ${path}`;
}
