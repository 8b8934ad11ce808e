import type { Outcome, RunOptions } from "./start-tessera.ts";

/** What a command listens to for the rest of its process. */
const watched: [NodeJS.EventEmitter, string][] = [
  [process, "SIGINT"],
  [process, "SIGTERM"],
  [process, "SIGHUP"],
  [process.stdout, "error"],
  [process.stderr, "error"],
];

/**
 * Runs the command to its end in this process, where all is loaded already that one of its own would load for a second each
 * time. `startTessera` runs it as users do.
 */
export async function tessera(
  args: readonly string[],
  { cwd, env }: Pick<RunOptions, "cwd" | "env"> = {},
): Promise<Outcome> {
  const restoring = [withEnvironment({ FORCE_COLOR: undefined, NO_COLOR: undefined, ...env }), inFolder(cwd)];
  try {
    // Imported here, because it chooses colours by the environment.
    const { main } = await import("../main.ts");
    const [stdout, stderr] = [caught(process.stdout), caught(process.stderr)];
    restoring.push(stdout.restore, stderr.restore, ...watched.map(([emitter, event]) => withoutListeners(emitter, event)));
    const code = await main(args);
    return { code, signal: null, stdout: stdout.written(), stderr: stderr.written() };
  } finally {
    for (const restore of restoring.reverse()) restore();
  }
}

/** The one JSON document that a command printed; fails unless it is all there is on stdout. */
export async function json<T>(
  args: readonly string[],
  options?: RunOptions,
  run: (args: readonly string[], options?: RunOptions) => Promise<Outcome> = tessera,
): Promise<T> {
  const { code, stdout, stderr } = await run([...args, "--json"], options);
  if (code !== 0) throw new Error(`expected tessera ${args.join(" ")} to succeed, got ${code}\n${stderr}`);
  return JSON.parse(stdout) as T;
}

function withEnvironment(env: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  const set = ([name, value]: readonly [string, string | undefined]) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const entry of Object.entries(env)) set(entry);
  return () => before.forEach(set);
}

function inFolder(folder: string | undefined): () => void {
  const before = process.cwd();
  if (folder !== undefined) process.chdir(folder);
  return () => process.chdir(before);
}

/** Keeps what is written to a stream instead of writing it. */
function caught(stream: NodeJS.WriteStream): { written: () => string; restore: () => void } {
  const { write } = stream;
  let text = "";
  stream.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  return { written: () => text, restore: () => (stream.write = write) };
}

function withoutListeners(emitter: NodeJS.EventEmitter, event: string): () => void {
  const before = emitter.listeners(event);
  return () => {
    for (const listener of emitter.listeners(event)) {
      if (!before.includes(listener)) emitter.removeListener(event, listener as () => void);
    }
  };
}
