import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { TesseraError } from "@tessera/core";

const extensions = ["jpg", "jpeg", "png", "webp", "avif", "gif", "tif", "tiff"];

/**
 * The pictures that arguments name: a file or an address as it is, a folder's pictures, a glob's matches; in the order of the
 * arguments and by name within one. Each argument has its own, also where two name the same; within one no picture comes
 * twice, by whatever links. A name that is no file stays, so that its error is reported with the others'.
 *
 * @throws {TesseraError} if a folder or glob has no picture.
 */
export async function findImages(names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) found.push(...(await imagesOf(name)));
  return found;
}

async function imagesOf(name: string): Promise<string[]> {
  if (/^(https?|data|file):/i.test(name)) return [name];
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory())
    return some((await inFolder(name, new Set())).sort(), name, `it looks for ${extensions.join(", ")}`);
  if (info || !/[*?[{]/.test(name)) return [name];
  const { glob } = await import("tinyglobby");
  const files = await glob(name, { caseSensitiveMatch: false, expandDirectories: false });
  return some(await distinct(files.sort(), new Set()), name, "quote it or check the path");
}

function some(files: string[], name: string, otherwise: string): string[] {
  if (files.length > 0) return files;
  throw new TesseraError(`tessera: expected pictures in ${name}, got none; ${otherwise}`);
}

/** Pictures in a folder and those below it, through links, each place and each file once. */
async function inFolder(folder: string, seen: Set<string>): Promise<string[]> {
  if ((await distinct([folder], seen)).length === 0) return [];
  const found: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    // a link that leads nowhere is no picture
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory()) found.push(...(await inFolder(path, seen)));
    else if (info?.isFile() && extensions.includes(extname(name).slice(1).toLowerCase())) found.push(...(await distinct([path], seen))); // prettier-ignore
  }
  return found;
}

/** Those of the paths that lead to what was not seen before. */
async function distinct(paths: readonly string[], seen: Set<string>): Promise<string[]> {
  const fresh: string[] = [];
  for (const path of paths) {
    const real = await realpath(path).catch(() => path);
    if (seen.has(real)) continue;
    seen.add(real);
    fresh.push(path);
  }
  return fresh;
}
