import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin } from "vite";

/** Files that are large or seldom needed: kept once a page has fetched them. */
const onDemand = /\.(wasm|safetensors)$|models?\/|config-[^/]*\.json$/;
/** What no page fetches. */
const never = /^(_headers|sw\.js|.*\.map)$/;

/**
 * Tells the service worker which files there are. `shell` is fetched when it is installed; `known` are all files, each kept
 * from the first time that a page asks for it.
 */
export function precache(): Plugin {
  let folder = "";
  return {
    name: "tessera:precache",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((file) => !never.test(file))
        .sort();
      const version = createHash("sha256");
      for (const file of files) version.update(file).update(readFileSync(join(folder, file)));
      const site = {
        version: version.digest("hex").slice(0, 12),
        shell: files.filter((file) => !onDemand.test(file)).map((file) => (file === "index.html" ? "./" : file)),
        known: files,
      };
      const path = join(folder, "sw.js");
      writeFileSync(path, `self.site=${JSON.stringify(site)};\n${readFileSync(path, "utf8")}`);
    },
  };
}
