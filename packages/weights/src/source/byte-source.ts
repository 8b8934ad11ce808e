import { FormatError, TesseraError } from "@tessera/core";

/** Bytes of known length that are fetched by range: a file, a URL, a buffer, a Blob. */
export interface ByteSource {
  /** What error messages call it: a path, a URL, `buffer`. */
  readonly name: string;
  /** In bytes. */
  readonly length: number;
  /**
   * Exactly `length` bytes from `offset`, in a buffer of their own that the caller may keep and change.
   *
   * @throws FormatError when the range reaches outside the source
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** @throws FormatError when a range reaches outside a source. Checked before anything is allocated. */
export function checkRange(source: Pick<ByteSource, "name" | "length">, offset: number, length: number): void {
  const inside = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (inside && offset + length <= source.length) return;
  throw new FormatError(
    `${source.name}: expected ${length} bytes at ${offset}, got a length of ${source.length}; the file is truncated or damaged, fetch it again`,
  );
}

/** A buffer as a source. Reads copy, so nothing that is read changes the buffer. */
export function bufferSource(buffer: ArrayBuffer | Uint8Array, name = "buffer"): ByteSource {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  const extent = { name, length: bytes.length };
  return {
    ...extent,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(extent, offset, length);
      const out = new Uint8Array(length);
      out.set(bytes.subarray(offset, offset + length));
      return out;
    },
    async close() {},
  };
}

/** A Blob or File as a source: what a browser's file picker gives. */
export function blobSource(blob: Blob, name = (blob as Partial<File>).name || "blob"): ByteSource {
  const extent = { name, length: blob.size };
  return {
    ...extent,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(extent, offset, length);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw new TesseraError(`${name}: expected a readable file, got ${String(cause)}; choose the file again`, {
          cause,
        });
      }
    },
    async close() {},
  };
}
