import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TesseraError } from "@tessera/core";

const extensions = ["jpg", "jpeg", "png", "webp", "avif", "gif", "tif", "tiff"];

/**
 * The pictures that arguments name: a file or an address as it is, a folder's pictures, a glob's matches; each once, in
 * the order of the arguments and by name within one. A name that is no file stays, so that its error is reported with the
 * others'.
 *
 * @throws {TesseraError} if a folder or glob has no picture.
 */
export async function findImages(names: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const name of names) {
    for (const image of await imagesOf(name)) {
      const path = isAddress(image) ? image : resolve(image);
      if (!found.has(path)) found.set(path, image);
    }
  }
  return [...found.values()];
}

async function imagesOf(name: string): Promise<string[]> {
  if (isAddress(name)) return [name];
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) return matches(`**/*.{${extensions.join(",")}}`, name, name);
  return !info && /[*?[{]/.test(name) ? matches(name, undefined, name) : [name];
}

function isAddress(name: string): boolean {
  return /^(https?|data|file):/i.test(name);
}

async function matches(pattern: string, folder: string | undefined, name: string): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const files = await glob(pattern, { cwd: folder, caseSensitiveMatch: false, expandDirectories: false });
  if (files.length === 0) {
    const wanted = folder === undefined ? "quote it or check the path" : `it looks for ${extensions.join(", ")}`;
    throw new TesseraError(`tessera: expected pictures in ${name}, got none; ${wanted}`);
  }
  return files.sort().map((file) => (folder ? join(folder, file) : file));
}
