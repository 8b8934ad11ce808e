import { spawn } from "node:child_process";

/** npm tells its scripts where it runs; a npm that they start would take that for its own folder. */
const inherited =
  /^npm_(package|lifecycle|command|execpath)|^npm_config_((local|global)_prefix|prefix|workspaces?)$|^INIT_CWD$/;

/** What vitest sets: its options for Node, and the GPU in software that Node's tests have, which no reader of a page has. */
const ours = new Set(["NODE_OPTIONS", "VK_ICD_FILENAMES"]);

/** Runs a program to its end, and gives what it printed. @throws {Error} with all that it said if it fails. */
export function succeed(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !inherited.test(name) && !ours.has(name));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...Object.fromEntries(own), NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code ?? signal}\n${stdout}${stderr}`));
    });
  });
}
