import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const bin = join(root, "apps", "cli", "bin", "tessera.js");
const lock = join(root, "node_modules", ".cache", "tessera-cli-tests.lock");

let built: Promise<void> | undefined;

/** Builds the command as users get it, once a process: its test files share their modules. */
export function build(): Promise<void> {
  return (built ??= buildOnce());
}

/** Test files run at once, and two builds would write the same files. */
async function buildOnce(): Promise<void> {
  mkdirSync(join(lock, ".."), { recursive: true });
  const end = performance.now() + 120_000;
  while (!took(lock)) {
    if (performance.now() > end) throw new Error(`build: expected to get ${lock}; remove it if no test runs`);
    await wait(100);
  }
  try {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "-b", "apps/cli"], { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`tsc -b apps/cli failed\n${stdout}${stderr}`);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function took(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Told of the process once it runs. */
  onStart?: (child: ChildProcess) => void;
  /** An open file that stdout goes to. @default a pipe */
  stdout?: number;
}

/** Runs the real command to its end, in a process of its own, for what is a matter of signals, streams, memory or Node's own. */
export function startTessera(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run([bin, ...args], options);
}

/** Runs Node to its end. */
export function run(args: readonly string[], { cwd, env, onStart, stdout: file }: RunOptions = {}): Promise<Outcome> {
  // What the test's own surroundings ask of colours is not the test's matter.
  const clean = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, NODE_OPTIONS: undefined, ...env };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd, env: clean, stdio: ["ignore", file ?? "pipe", "pipe"] });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr!.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    onStart?.(child);
  });
}
