// Builds tfjs-node for tests where its own download is out of reach: its addon against any libtensorflow, in a folder
// outside of the workspaces.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, run } from "./steps.mjs";

const folder = join(root, "node_modules", ".cache", "tessera", "tensorflow");
const modules = join(folder, "node_modules");
const tfjsNode = join(modules, "@tensorflow", "tfjs-node");
const addon = join(tfjsNode, "lib", "napi-v8", "tfjs_binding.node");

/** Of the wheel only what is compiled against and linked: the whole would take a minute more. */
const unpack = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
headers = tuple("tensorflow/include/" + part for part in ("tensorflow/c/", "tensorflow/core/platform/", "tensorflow/tsl/", "tsl/", "xla/tsl/"))
libraries = ("libtensorflow_cc.so", "libtensorflow_framework.so")
for name in wheel.namelist():
    if (name.startswith(headers) and name.endswith(".h")) or name.split("/")[-1].startswith(libraries):
        wheel.extract(name, sys.argv[2])
`;

/** @typedef {{ include: string, libraries: string[] }} Library */

/**
 * TensorFlow's C library in a folder as its archive or its Python package has it.
 * @param {string} from
 * @returns {Library | undefined}
 */
function libraryIn(from) {
  for (const place of [from, join(from, "lib")]) {
    const files = existsSync(place) ? readdirSync(place).sort() : [];
    const found = [/^libtensorflow(_cc)?\.so/, /^libtensorflow_framework\.so/].map((name) =>
      files.find((file) => name.test(file)),
    );
    if (found.every((file) => file !== undefined) && existsSync(join(from, "include", "tensorflow", "c", "c_api.h"))) {
      return { include: join(from, "include"), libraries: found.map((file) => join(place, file)) };
    }
  }
  return undefined;
}

/**
 * From the folder that TESSERA_LIBTENSORFLOW names, an installed Python package, or a wheel that pip can get.
 * @returns {Promise<Library | string>} or why there is none
 */
async function findLibrary() {
  const named = process.env["TESSERA_LIBTENSORFLOW"];
  if (named) return libraryIn(named) ?? `TESSERA_LIBTENSORFLOW names ${named}, which lacks include/ or libtensorflow`;
  const where =
    "import importlib.util as u; s = u.find_spec('tensorflow'); print(s.submodule_search_locations[0] if s else '')";
  const { stdout } = await run("python3", ["-c", where]);
  const unpacked = join(folder, "wheel", "tensorflow");
  const known = (stdout.trim() && libraryIn(stdout.trim())) || libraryIn(unpacked);
  if (known) return known;
  const download = ["-m", "pip", "download", "tensorflow-cpu", "--no-deps", "--only-binary=:all:", "--dest", folder];
  const short = ["--quiet", "--disable-pip-version-check", "--timeout=10", "--retries=0"];
  const got = await run("python3", [...download, ...short], { seconds: 90 });
  const wheel = existsSync(folder) && readdirSync(folder).find((file) => file.endsWith(".whl"));
  if (got.code !== 0 || !wheel)
    return "no libtensorflow: pip gets no tensorflow-cpu; name a folder in TESSERA_LIBTENSORFLOW";
  await run("python3", ["-c", unpack, join(folder, wheel), join(folder, "wheel")], { seconds: 90 });
  rmSync(join(folder, wheel));
  return libraryIn(unpacked) ?? "no libtensorflow: the wheel of tensorflow-cpu does not hold it";
}

/** @returns {Promise<string>} why not, or nothing */
async function installPackage() {
  if (existsSync(join(tfjsNode, "package.json"))) return "";
  // The version of tfjs that the packages are tested with; no script of its own, which would download the library.
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "@tensorflow/tfjs-node@4.22.0"];
  const { code, output } = await run("npm", args, { cwd: folder, seconds: 120 });
  // One tfjs for it and for what is tested, as where a user installs both: these are found in the repository's folder then.
  for (const shared of ["tfjs-core", "tfjs-backend-cpu"])
    rmSync(join(modules, "@tensorflow", shared), { recursive: true, force: true });
  return code === 0 ? "" : `npm cannot install @tensorflow/tfjs-node: ${output.trim().split("\n").at(-1)}`;
}

/**
 * @param {Library} library
 * @returns {Promise<string>} why not, or nothing
 */
async function compile({ include, libraries }) {
  const headers = [process.env["npm_config_nodedir"], join(dirname(process.execPath), "..")]
    .map((place) => place && join(place, "include", "node"))
    .find((place) => place && existsSync(join(place, "node_api.h")));
  if (!headers) return "Node's headers are not beside node; name their folder in npm_config_nodedir";
  mkdirSync(dirname(addon), { recursive: true });
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(tfjsNode, "binding", name));
  const flags = ["-O1", "-std=c++17", "-w", "-shared", "-fPIC", "-DNAPI_VERSION=8", `-I${headers}`, `-I${include}`];
  const paths = libraries.map((library) => `-Wl,-rpath,${dirname(library)}`);
  const { code, output } = await run("c++", [...flags, ...sources, ...libraries, ...paths, "-o", addon], {
    seconds: 120,
  });
  return code === 0 ? "" : `c++ cannot build the addon: ${output.trim().split("\n").slice(0, 3).join("\n  ")}`;
}

/**
 * Builds it if need be. What is in the way is returned as a reason, since most machines need none of this.
 * @returns {Promise<{ modules: string } | { reason: string }>} the folder of packages that NODE_PATH takes
 */
export async function buildTensorflow() {
  if (process.platform !== "linux") return { reason: `it is built on Linux only, this is ${process.platform}` };
  if (existsSync(addon)) return { modules };
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const [library, problem] = await Promise.all([findLibrary(), installPackage()]);
  if (typeof library === "string") return { reason: library };
  const reason = problem || (await compile(library));
  return reason ? { reason } : { modules };
}
