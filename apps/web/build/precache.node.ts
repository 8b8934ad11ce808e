import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin, Rollup } from "vite";

/** What the page itself is made of; it is fetched before the service worker sees fetches. */
const shell = /^(index\.html|[^/]*\.(svg|webmanifest)|examples\/.*|assets\/index-[^/]*\.(js|css))$/;
/** Kernels of GPU backends, a quarter of all code: kept by the pages that use them, which not every browser can. */
const gpuKernels = /backendName:\s*["'`]web(gl|gpu)["'`]/;
/** What the worker has for tabs that not everybody opens: kept, as their own code is, when they are first opened. */
const ofTabs = /^assets\/(look-inside|seen-inside|teaching)-[^/]*\.js$/;
/** What no page fetches. */
const never = /^(_headers|sw\.js|.*\.map)$/;

/** Chunks that the page cannot begin without, because tabs share them. */
function importsOf(bundle: Rollup.OutputBundle): Set<string> {
  const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
  const found = new Set<string>();
  const follow = (file: string) => {
    for (const imported of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) {
      if (found.has(imported)) continue;
      found.add(imported);
      follow(imported);
    }
  };
  for (const { name, isEntry, fileName } of chunks) if (isEntry && name === "index") follow(fileName);
  return found;
}

/**
 * Tells the service worker which files there are, and the SHA-256 of each. `shell` is kept when it is installed, `code` when the page is done with its
 * first work, any other of `sums` from the first time that a page asks for it.
 */
export function precache(): Plugin {
  let folder = "";
  return {
    name: "tessera:precache",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle(_, bundle) {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((file) => !never.test(file))
        .sort();
      const shared = importsOf(bundle);
      const isShell = (file: string) => shell.test(file) || shared.has(file);
      const nameOf = (file: string) => (file === "index.html" ? "./" : file);
      const sumOf = (file: string) =>
        createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("base64");
      const sums = Object.fromEntries(files.map((file) => [nameOf(file), sumOf(file)]));
      const site = {
        version: createHash("sha256").update(JSON.stringify(sums)).digest("hex").slice(0, 12),
        shell: files.filter(isShell).map(nameOf),
        code: files.filter(
          (file) =>
            file.endsWith(".js") &&
            !isShell(file) &&
            !(file in bundle && bundle[file]!.type === "chunk") &&
            !ofTabs.test(file) &&
            !gpuKernels.test(readFileSync(join(folder, file), "utf8")),
        ),
        sums,
      };
      const path = join(folder, "sw.js");
      writeFileSync(path, `self.site=${JSON.stringify(site)};\n${readFileSync(path, "utf8")}`);
    },
  };
}
