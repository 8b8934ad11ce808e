// What a result was measured on.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** @param {string} program @param {string[]} args @returns {string | undefined} what it prints, if it can be run */
export function says(program, args) {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** The machine, and how busy it was. `load` near or above `cores` means that others were working on it, too. */
export function host() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    load: loadavg()[0],
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}

/** @param {string} name of a file in benchmarks/, for programs that want a path */
export const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** @param {string} file @param {object} result */
export function writeResult(file, result) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`written: ${file}`);
}
