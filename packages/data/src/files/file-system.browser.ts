import { TesseraError } from "@tessera/core";
import { rangeOf } from "./range-of.ts";
import { filesOf, type Source, type SourceFiles } from "./source.ts";
import type { Container } from "./stored-file.ts";

/** `readRange` of `file-system.node.ts` where there are no paths. */
export async function readRange(
  container: Container,
  start: number,
  length?: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  return rangeOf(held(container), start, length);
}

/** Bytes in a container. */
export async function containerSize(container: Container): Promise<number> {
  const value = held(container);
  return value instanceof Uint8Array ? value.length : value.size;
}

/** RFC 1951, ended with an error past `size` bytes. */
export async function inflateRaw(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const out = new Uint8Array(size);
  let done = 0;
  for await (const part of new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw"))) {
    if (done + part.length > size) throw new RangeError(`more than ${size} bytes`);
    out.set(part, done);
    done += part.length;
  }
  return out.subarray(0, done);
}

/** The files of what a page was given. @throws TesseraError for a path, which a page cannot follow. */
export async function listFiles(source: Source, signal?: AbortSignal): Promise<SourceFiles> {
  if (typeof source === "string" || source instanceof URL) throw noPath(String(source));
  return filesOf(source, signal);
}

function held(container: Container): Blob | Uint8Array {
  if (typeof container === "string") throw noPath(container);
  return container;
}

function noPath(path: string): TesseraError {
  return new TesseraError(
    `openDataset: expected files or a folder that the user has chosen, got ${path}; fetch it and pass its Blob`,
  );
}
