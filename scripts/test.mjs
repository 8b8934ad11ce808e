// npm test: builds, checks the types of the tests, and runs them in Node and in Chromium.
// Arguments go to vitest: `npm test -- packages/core`, `npm test -- --project node-wasm`.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.mjs";
import { root, run, step, tool } from "./steps.mjs";

/**
 * The system's package manager may fetch what is missing where nobody has to be asked: as root, on Debian and its kin.
 * @param {string[]} packages
 */
async function fetchPackages(packages) {
  const debian =
    process.platform === "linux" && process.getuid?.() === 0 && (await run("apt-get", ["--version"])).code === 0;
  if (!debian) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step(`apt-get install ${packages.join(" ")}`, async () => {
    const updated = await run("apt-get", ["update"], { env });
    if (updated.code !== 0) return updated;
    return run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { env });
  });
}

/** @param {string} name */
function hasLibrary(name) {
  const folders = [
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/local/lib",
  ];
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** @param {string} program */
const works = async (program) => (await run(program, ["--version"])).code === 0;

/** @returns {import("./tally-reporter.mjs").Tally} */
function readTally() {
  try {
    return JSON.parse(readFileSync(tallyPath, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const tallyPath = join(root, "node_modules", ".cache", "tessera", "tally.json");
rmSync(tallyPath, { force: true });

let chromium = findChromium();
const wanted = [
  ...(!chromium && !process.env["CHROMIUM_PATH"] ? ["chromium"] : []),
  // The loader through which Dawn finds Chromium's GPU in software.
  ...(process.platform === "linux" && !hasLibrary("libvulkan.so.1") ? ["libvulkan1"] : []),
  // With what @tessera/native is built.
  ...((await works("c++")) ? [] : ["g++"]),
  ...((await works("make")) ? [] : ["make"]),
  ...((await works("python3")) ? [] : ["python3"]),
];
if (wanted.length > 0) {
  await fetchPackages(wanted);
  chromium = findChromium();
}
if (!chromium && process.env["CI"]) console.log("FAIL Chromium: found none; install it or set CHROMIUM_PATH to it");

const prepared = [
  await step("addon, and AMX's model", () =>
    run(process.execPath, [join(root, "packages/native/scripts/install.mjs"), "--emulated"]),
  ),
  await step("build", () => run(tool("tsc"), ["-b"])),
  await step("types of tests", () => run(tool("tsc"), ["-p", "tsconfig.tests.json"])),
];

const env = { TESSERA_TALLY: tallyPath };
const reporters = ["--reporter=default", "--reporter=./scripts/tally-reporter.mjs"];
const { code } = await run(tool("vitest"), ["run", ...reporters, ...process.argv.slice(2)], { show: true, env });

const { passed, failed, skipped } = readTally();
const unprepared = prepared.filter((ok) => !ok).length;
if (unprepared > 0) console.log("The build or the types of the tests failed, see above; each counts as one failure.");
if (!chromium) console.log("No Chromium: nothing ran in a browser. Install it or set CHROMIUM_PATH to it.");
// vitest also fails for reasons that no test has, such as a filter that finds nothing.
const failures = failed + unprepared;
const uncounted = code !== 0 && failed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failures + uncounted} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failures + uncounted > 0 ? 1 : 0;
