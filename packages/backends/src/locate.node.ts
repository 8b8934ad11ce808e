import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** An optional package's main file, from beside this package or from the user's project. */
export function locate(packageName: string): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href]) {
    try {
      return createRequire(from).resolve(packageName);
    } catch {
      // The package is not installed there; the next place may have it.
    }
  }
  return undefined;
}
