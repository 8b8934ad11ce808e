import { TesseraError } from "@tessera/core";
import type { ByteSource } from "./byte-source.ts";
import { urlSource } from "./url-source.ts";

/** A page has no paths: a string that is no full URL is one relative to the page. */
export function openPath(file: string | URL): Promise<ByteSource> {
  const base = typeof document === "undefined" ? globalThis.location?.href : document.baseURI;
  return urlSource(new URL(file, base).href);
}

/** @throws TesseraError always: a page cannot write files. */
export async function writeAtomically(file: string | URL, _chunks: AsyncIterable<Uint8Array>): Promise<void> {
  throw new TesseraError(
    `${String(file)}: expected Node to write a file, got a browser; use writeSafetensors and offer the bytes as a download`,
  );
}

/** @throws TesseraError always: a page cannot write files. */
export async function writeFolder(
  folder: string | URL,
  _files: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
): Promise<void> {
  throw new TesseraError(
    `${String(folder)}: expected Node to write files, got a browser; take their bytes and offer them as downloads`,
  );
}
