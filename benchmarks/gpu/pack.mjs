// npm run build && node benchmarks/gpu/pack.mjs [--out FILE]: the kit for machines with a GPU and no network, one archive for
// Linux on x86-64: Node, Dawn, our built packages, the benchmarks, and onnxruntime-node where benchmarks/peers has it.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { here, says } from "../host.mjs";

const LIMIT = 64 * 2 ** 20;
const NAME = "tessera-gpu-kit";
const { values: options } = parseArgs({
  options: { out: { type: "string", default: here(`gpu/dist/${NAME}.tar.xz`) } },
});
if (process.platform !== "linux" || process.arch !== "x64")
  throw new Error(
    `pack: expected linux-x64, whose Node and Dawn go into the kit, got ${process.platform}-${process.arch}`,
  );

const root = here("..");
const packages = ["backends", "core", "vit", "tnt"].map((name) => `@tessera/${name}`);
const tfjs = ["core", "backend-cpu", "backend-webgpu"].map((part) => `@tensorflow/tfjs-${part}`);
/** Shared libraries that NVIDIA's driver and Dawn ask for and a small container may lack; used only where they are missing. */
const libraries = ["libvulkan.so.1", "libX11.so.6", "libXext.so.6", "libxcb.so.1", "libXau.so.6", "libXdmcp.so.6", "libbsd.so.0", "libmd.so.0"]; // prettier-ignore

/** Files of a package that Node needs to run it. @param {string} name @param {string} file inside of it */
function isNeeded(name, file) {
  if (/\.(map|md|markdown|d\.[cm]?ts)$/.test(file) || /(^|\/)(test|tests|docs|examples)$/.test(file)) return false;
  if (name.startsWith("@tessera/")) return !/^src\b/.test(file);
  if (name.startsWith("@tensorflow/")) return /^(|dist|package\.json|dist\/[^/]+\.node\.js)$/.test(file);
  if (name === "webgpu") return /^(|package\.json|index\.js|LICENSE.*|dist|dist\/linux-x64.*)$/.test(file);
  if (name === "onnxruntime-node")
    return /^(|package\.json|dist.*|bin|bin\/napi-v\d+|bin\/napi-v\d+\/linux(\/x64.*)?)$/.test(file);
  return true;
}

/** Copies a package and what it depends on, types aside. @param {string} name @param {string} from a folder @param {string} to */
function copyPackage(name, from, to, seen = new Set()) {
  if (seen.has(name)) return;
  seen.add(name);
  const folder = folderOf(name, from);
  const target = join(to, name);
  mkdirSync(target, { recursive: true });
  cpSync(folder, target, {
    recursive: true,
    filter: (source) =>
      isNeeded(name, relative(folder, source)) && !/\/node_modules(\/|$)/.test(source.slice(folder.length)),
  });
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const other of Object.keys(dependencies)) {
    // onnxruntime-node's others only download it.
    if (other.includes("types") || ["adm-zip", "global-agent"].includes(other)) continue;
    copyPackage(other, folder, to, seen);
  }
}

/** @param {string} name @param {string} from @returns {string} */
function folderOf(name, from) {
  const found = createRequire(join(from, "package.json")).resolve.paths(name)?.map((folder) => join(folder, name)).find(existsSync); // prettier-ignore
  if (!found) throw new Error(`pack: expected the package ${name}, got none; npm install`);
  return realpathSync(found);
}

/** The program without symbols, which are an eighth of it. @param {string} to */
function copyNode(to) {
  cpSync(realpathSync(process.execPath), to);
  if (says("strip", [to]) === undefined) console.error("pack: no strip, so Node goes in with its symbols");
}

/** @param {string} to */
function copyLibraries(to) {
  mkdirSync(to);
  const known = says("/sbin/ldconfig", ["-p"]) ?? "";
  for (const name of libraries) {
    const path = known
      .split("\n")
      .find((line) => line.trim().startsWith(`${name} `) && line.includes("x86-64"))
      ?.split("=> ")[1];
    if (path) cpSync(realpathSync(path), join(to, name));
    else console.error(`pack: ${name} is not on this machine; the kit goes without`);
  }
}

for (const name of packages)
  if (!existsSync(join(folderOf(name, root), "dist")))
    throw new Error(`pack: expected ${name} built, got no dist; npm run build`);

const work = mkdtempSync(join(tmpdir(), "tessera-kit-"));
try {
  const kit = join(work, NAME);
  mkdirSync(kit);
  for (const name of [...packages, ...tfjs, "webgpu"])
    copyPackage(name, folderOf("@tessera/backends", root), join(kit, "node_modules"));
  cpSync(here("."), join(kit, "benchmarks"), {
    recursive: true,
    filter: (source) => !/\/(node_modules|dist|results)$/.test(source),
  });
  const peers = here("peers/node_modules");
  if (existsSync(peers)) copyPackage("onnxruntime-node", peers, join(kit, "benchmarks/peers/node_modules"));
  else console.error("pack: no benchmarks/peers/node_modules, so the kit goes without onnxruntime-node");
  copyNode(join(kit, "node"));
  copyLibraries(join(kit, "lib"));
  cpSync(here("gpu/run.sh"), join(kit, "run.sh"));
  const commit = says("git", ["-C", root, "describe", "--always", "--dirty"]);
  writeFileSync(join(kit, "kit.json"), `${JSON.stringify({ commit, packed: new Date().toISOString() })}\n`);
  mkdirSync(dirname(options.out), { recursive: true });
  execFileSync("tar", [
    "-C",
    work,
    "--owner=0",
    "--group=0",
    "--sort=name",
    "-I",
    "xz -6 -T0",
    "-cf",
    options.out,
    NAME,
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}

const { size } = statSync(options.out);
console.log(`${basename(options.out)}: ${(size / 2 ** 20).toFixed(1)} MB`);
if (size > LIMIT)
  throw new Error(`pack: expected an archive under ${LIMIT / 2 ** 20} MB, got ${(size / 2 ** 20).toFixed(1)}`);
