// npm run tessera -- ARGS: the command line from a checkout, built when a source is newer than what was built.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "apps", "cli", "bin", "tessera.js");
const built = join(root, "apps", "cli", "dist", "main.js");
const stamp = join(root, "node_modules", ".cache", "tessera", "built");

/** @param {string} path */
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/**
 * The newest change of a folder, its files and its folders: a folder's own time tells of files that went.
 * @param {string} folder
 * @returns {number}
 */
function newest(folder) {
  let latest = changed(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : changed(path));
  }
  return latest;
}

/** The newest change of anything that the build reads. */
function newestSource() {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  const times = [...packages, join(root, "apps", "cli")].flatMap((folder) => [
    existsSync(join(folder, "src")) ? newest(join(folder, "src")) : 0,
    changed(join(folder, "package.json")),
    changed(join(folder, "tsconfig.json")),
  ]);
  return Math.max(...times, changed(join(root, "tsconfig.base.json")), changed(join(root, "package-lock.json")));
}

function build() {
  const start = new Date();
  const onWindows = process.platform === "win32";
  const tsc = join(root, "node_modules", ".bin", onWindows ? "tsc.cmd" : "tsc");
  if (!existsSync(tsc)) {
    console.error("tessera: expected the packages that it is made of, found none; run npm install first");
    process.exit(1);
  }
  const { status, stdout, stderr, error } = spawnSync(tsc, ["-b", "apps/cli"], {
    cwd: root,
    encoding: "utf8",
    shell: onWindows,
  });
  if (status !== 0) {
    console.error(`tessera: the build failed\n${error?.message ?? ""}${stdout}${stderr}`.trimEnd());
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, "");
  utimesSync(stamp, start, start);
}

if (!existsSync(built) || newestSource() > changed(stamp)) build();

// npm runs scripts in the root; paths are meant from where it was called, unless that is another place altogether.
const { INIT_CWD } = process.env;
if (INIT_CWD && !relative(root, INIT_CWD).startsWith("..") && existsSync(INIT_CWD)) process.chdir(INIT_CWD);
process.argv[1] = bin;
await import(pathToFileURL(bin).href);
