// Builds the addon where no prebuilt one loads, or where npm is asked to `--build-from-source`: with node-gyp, which npm carries.
// Never fails an installation: without compiler or headers it says so, and the package reports itself as not available. With
// `--emulated`, which `npm test` runs in a checkout, a second module beside it that models AMX in software; then it does fail.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "build", "sources.sha256");

/** Whether there is a prebuilt module that this system can load: an older C library than it was built against cannot. */
function isPrebuilt() {
  if (process.env["npm_config_build_from_source"]) return false;
  try {
    createRequire(import.meta.url)(`@tessera/native-${process.platform}-${process.arch}`);
    return true;
  } catch {
    return false;
  }
}

/** Changes with any source, and with the processor and platform that it was built for. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  /** @param {string} path */
  function take(path) {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) take(join(path, name));
    } else hash.update(path.slice(root.length)).update(readFileSync(path));
  }
  for (const part of ["binding.gyp", "addon"]) take(join(root, part));
  return hash.digest("hex");
}

/** node-gyp as npm hands it to scripts, or as it lies beside node. */
function findNodeGyp() {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "node_modules", "node-gyp");
  const candidates = [process.env["npm_config_node_gyp"], join(beside, "bin", "node-gyp.js")];
  return candidates.find((path) => path && existsSync(path));
}

/** Node's headers: where npm's `nodedir` says, else beside node, else node-gyp downloads them. */
function headers() {
  const beside = join(dirname(process.execPath), "..");
  if (process.env["npm_config_nodedir"]) return [`--nodedir=${process.env["npm_config_nodedir"]}`];
  return existsSync(join(beside, "include", "node", "node_api.h")) ? [`--nodedir=${beside}`] : [];
}

/** @param {string[]} args */
function nodeGyp(...args) {
  const program = findNodeGyp();
  if (!program) return "node-gyp was not found; install with npm";
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 300_000,
  });
  if (status === 0) return "";
  const lines = `${stdout ?? ""}\n${stderr ?? ""}`.split("\n");
  const telling = lines.filter((line) => /error|ERR! stack|not found/i.test(line)).slice(0, 5);
  return error ? error.message : telling.join("\n  ");
}

const wanted = fingerprint();
const isBuilt = (/** @type {string} */ name) => existsSync(join(root, "build", "Release", name));
const isCurrent = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
const hasModule = isCurrent && isBuilt("tessera.node");

function note() {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

if (process.argv.includes("--emulated")) {
  if (!hasModule || !isBuilt("tessera_emulated.node")) {
    // What the installation has compiled is taken over, unless sources have changed since.
    const steps = isCurrent ? ["configure", "build"] : ["rebuild"];
    const problems = steps.map((step) => nodeGyp(step, "--jobs", "max", ...headers(), "--", ...gypOptions(step)));
    const problem = problems.find(Boolean);
    if (problem) {
      console.log(`@tessera/native: the module that models AMX was not built\n  ${problem}`);
      process.exitCode = 1;
    } else note();
  }
} else if (!hasModule && !isPrebuilt()) {
  const problem = nodeGyp("rebuild", "--jobs", "max", ...headers());
  if (problem) {
    console.log(
      `@tessera/native: not built, so it is not available and other backends are used.\n  ${problem}\n` +
        "  It needs a C++17 compiler, Python and Node's headers. To try again: npm rebuild @tessera/native",
    );
  } else note();
}

/** @param {string} step */
function gypOptions(step) {
  return step === "build" ? [] : ["-Demulated=1"];
}
