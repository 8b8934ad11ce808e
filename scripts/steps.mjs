// Runs the repository's tools one after the other, for `npm test` and `npm run check`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const onWindows = process.platform === "win32";

// Nothing reports home.
/** @type {Record<string, string>} */
const quiet = { DO_NOT_TRACK: "1", TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
if (!process.stdout.isTTY && !process.env["FORCE_COLOR"]) quiet["NO_COLOR"] = "1";

/** @param {string} name a program that npm installed with this repository */
export const tool = (name) => join(root, "node_modules", ".bin", onWindows ? `${name}.cmd` : name);

/** @param {number} since */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @typedef {{ code: number, output: string, stdout: string }} Outcome */

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ show?: boolean, env?: Record<string, string | undefined>, cwd?: string, seconds?: number }} [options] `show`
 *   passes output on, else it is kept; after `seconds` the program is stopped
 * @returns {Promise<Outcome>}
 */
export function run(program, args, { show = false, env = {}, cwd = root, seconds: limit } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      cwd,
      timeout: limit && limit * 1000,
      env: { ...process.env, ...quiet, ...env },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      shell: onWindows,
    });
    let [output, stdout] = ["", ""];
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: `${output}${error.message}\n`, stdout }));
    child.on("close", (code) => resolve({ code: code ?? 1, output, stdout }));
  });
}

/**
 * Runs a step, and says in one line how it went; what it wrote is shown when it failed.
 * @param {string} name
 * @param {() => Promise<{ code: number, output: string }>} work
 * @returns {Promise<boolean>} whether it went well
 */
export async function step(name, work) {
  const start = performance.now();
  const { code, output } = await work();
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(24)} ${seconds(start).padStart(7)}`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}
