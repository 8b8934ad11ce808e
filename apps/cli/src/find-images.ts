import { stat } from "node:fs/promises";
import { TesseraError } from "@tessera/core";

const extensions = ["jpg", "jpeg", "png", "webp", "avif", "gif", "tif", "tiff"];

/**
 * The pictures that arguments name: a file as it is, a folder's pictures, a glob's matches; each once, in the order of
 * the arguments and by name within one. A name that is no file stays, so that its error is reported with the others'.
 *
 * @throws {TesseraError} if a folder or glob has no picture.
 */
export async function findImages(names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const info = await stat(name).catch(() => undefined);
    if (info?.isDirectory()) found.push(...(await matches(`**/*.{${extensions.join(",")}}`, name, name)));
    else if (!info && /[*?[{]/.test(name)) found.push(...(await matches(name, undefined, name)));
    else found.push(name);
  }
  return [...new Set(found)];
}

async function matches(pattern: string, folder: string | undefined, name: string): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  const files = await glob(pattern, { cwd: folder, caseSensitiveMatch: false, expandDirectories: false });
  if (files.length === 0)
    throw new TesseraError(`tessera: expected pictures in ${name}, got none; it looks for ${extensions.join(", ")}`);
  const { join } = await import("node:path");
  return files.sort().map((file) => (folder ? join(folder, file) : file));
}
