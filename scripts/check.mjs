// npm run check: everything about the code but its tests. Names to run only these: `npm run check -- lint types`.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { published } from "./metadata.mjs";
import { root, run, step, tool } from "./steps.mjs";

const packs = join(root, "node_modules", ".cache", "tessera", "packs");

/** The tarballs that a release would publish; they must hold what was built and the licence, and no tests. */
async function pack() {
  rmSync(packs, { recursive: true, force: true });
  mkdirSync(packs, { recursive: true });
  const folders = published().flatMap((folder) => ["--workspace", folder]);
  const { code, output, stdout } = await run("npm", ["pack", "--json", "--pack-destination", packs, ...folders]);
  if (code !== 0) return { code, output };
  /** @type {{ name: string, files: { path: string }[] }[]} */
  const tarballs = JSON.parse(stdout);
  const strange = tarballs.flatMap(({ name, files }) =>
    files
      .filter(({ path }) => /\.test\.|__fixtures__|tsbuildinfo/.test(path))
      .map(({ path }) => `${name}: expected only what users need, got ${path}`),
  );
  const bare = tarballs
    .filter(({ files }) => !files.some(({ path }) => path === "LICENSE"))
    .map(({ name }) => `${name}: expected a LICENSE, got none`);
  return { code: strange.length + bare.length > 0 ? 1 : 0, output: [...strange, ...bare].join("\n") };
}

/**
 * Runs a tool on every tarball, two at a time.
 * @param {(tarball: string) => [program: string, ...args: string[]]} command
 */
async function onTarballs(command) {
  const waiting = readdirSync(packs).map((name) => join(packs, name));
  /** @type {string[]} */
  const failed = [];
  async function work() {
    for (let tarball = waiting.shift(); tarball; tarball = waiting.shift()) {
      const [program, ...args] = command(tarball);
      const { code, output } = await run(program, args);
      if (code !== 0) failed.push(output);
    }
  }
  await Promise.all([work(), work()]);
  return { code: failed.length > 0 ? 1 : 0, output: failed.join("\n") };
}

/** @type {Record<string, () => Promise<{ code: number, output: string }>>} */
const steps = {
  build: () => run(tool("turbo"), ["run", "build", "--output-logs=errors-only"]),
  types: () => run(tool("tsc"), ["-p", "tsconfig.tests.json"]),
  lint: () => run(tool("oxlint"), []),
  format: () => run(tool("oxfmt"), ["--check"]),
  boundaries: () => run(tool("turbo"), ["boundaries"]),
  unused: () => run(tool("knip"), []),
  metadata: () => run(process.execPath, ["scripts/metadata.mjs"]),
  size: () => run(process.execPath, ["scripts/bundle-size.mjs"]),
  pack,
  publint: () => onTarballs((tarball) => [tool("publint"), "run", tarball, "--strict"]),
  attw: () =>
    onTarballs((tarball) => [tool("attw"), tarball, "--ignore-rules", "cjs-resolves-to-esm", "--no-definitely-typed"]),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.log(`check: expected some of ${Object.keys(steps).join(", ")}, got ${unknown.join(", ")}`);
  process.exit(2);
}

const failed = [];
for (const [name, work] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!(await step(name, work))) failed.push(name);
}
console.log(failed.length > 0 ? `check failed: ${failed.join(", ")}` : "check passed");
process.exitCode = failed.length > 0 ? 1 : 0;
