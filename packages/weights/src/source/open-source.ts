import { TesseraError, shown } from "@tessera/core";
import { openPath } from "#file-system";
import { blobSource, bufferSource, type ByteSource } from "./byte-source.ts";
import { urlSource, type UrlSourceOptions } from "./url-source.ts";

/** A path (Node), a URL, a buffer, a Blob or File, or a source of one's own. */
export type SourceInput = string | URL | ArrayBuffer | Uint8Array | Blob | ByteSource;

/**
 * Opens whatever holds bytes. Nothing but its length, and for a URL its first 64 KB, is read yet.
 *
 * @throws TesseraError when there is no such file or no answer, and for what holds no bytes
 */
export async function openSource(input: SourceInput, options: UrlSourceOptions = {}): Promise<ByteSource> {
  options.signal?.throwIfAborted();
  if (typeof input === "string" || input instanceof URL) {
    const isRemote = /^(https?|blob|data):/i.test(String(input));
    return isRemote ? urlSource(String(input), options) : openPath(input);
  }
  if (input instanceof ArrayBuffer || input instanceof Uint8Array) return bufferSource(input);
  if (input instanceof Blob) return blobSource(input);
  if (typeof (input as Partial<ByteSource> | null)?.read === "function") return input;
  throw new TesseraError(`openSource: expected a path, URL, buffer, Blob or source, got ${shown(input)}`);
}
