import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TesseraError } from "@tessera/core";
import type { CheckpointStore, LogEntry } from "@tessera/train";
import { saveFolder, tensorFolder } from "@tessera/weights";

/** A line of `log.jsonl`: what the training logs, and the seconds that were spent until then, over all sittings. */
export interface RunLogEntry extends LogEntry {
  rate: number;
  imagesPerSecond: number;
  /** Share of the time in which the model waited for data. */
  waiting: number;
  seconds: number;
}

/** What each line of a run's log has at least. */
interface AnyLogEntry {
  step: number;
  seconds: number;
}

/** Curves of a log as SVG, by what they show: `loss` becomes `loss.svg`. */
export type Curves<L> = (log: readonly L[]) => Readonly<Record<string, string>>;

/**
 * What a training leaves behind: `config.json`, `log.jsonl`, its curves (`loss.svg`), `checkpoints/`, and once it is
 * done `model/` and `evaluation.json`. Each file is there whole or not at all, but for the log's last line.
 */
export class RunFolder<L extends AnyLogEntry = RunLogEntry> {
  readonly path: string;
  readonly checkpoints: CheckpointStore;
  readonly #curves: Curves<L>;
  #log: L[] = [];

  private constructor(path: string, curves: Curves<L>) {
    this.path = path;
    this.#curves = curves;
    this.checkpoints = tensorFolder(join(path, "checkpoints"));
  }

  /** A run of its own. @throws {TesseraError} if there is one already. */
  static async create<L extends AnyLogEntry>(path: string, config: object, curves: Curves<L>): Promise<RunFolder<L>> {
    const found = await readConfig(path);
    if (found) {
      throw new TesseraError(`${path}: expected no run, got one; --resume goes on with it, another --out keeps it`);
    }
    await mkdir(path, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
      throw new TesseraError(`${path}: expected a folder to write to, got ${cause.message}`, { cause });
    });
    await saveFolder(path, { "config.json": text(`${JSON.stringify(config, undefined, 2)}\n`) });
    return new RunFolder(path, curves);
  }

  /** The run that is there. */
  static async open<L extends AnyLogEntry>(path: string, curves: Curves<L>): Promise<RunFolder<L>> {
    const run = new RunFolder(path, curves);
    run.#log = await readLog(join(path, "log.jsonl"));
    return run;
  }

  get log(): readonly L[] {
    return this.#log;
  }

  /** Forgets what was logged after a step, and half a line of a killed process: the run goes on from there. */
  async rewind(step: number): Promise<void> {
    this.#log = this.#log.filter((entry) => entry.step <= step);
    await this.write({ "log.jsonl": this.#log.map((entry) => `${JSON.stringify(entry)}\n`).join("") });
  }

  /** Adds a line to the log and draws the curves anew. */
  async add(entry: L): Promise<void> {
    const file = join(this.path, "log.jsonl");
    await appendFile(file, `${JSON.stringify(entry)}\n`).catch((cause: NodeJS.ErrnoException) => {
      const got = cause.code === "ENOSPC" ? "a full disk; make room and go on with --resume" : cause.message;
      throw new TesseraError(`${file}: expected to write a line, got ${got}`, { cause });
    });
    this.#log.push(entry);
    const curves = Object.entries(this.#curves(this.#log)).map(([name, curve]) => [`${name}.svg`, curve]);
    await this.write(Object.fromEntries(curves) as Record<string, string>);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    await saveFolder(
      this.path,
      Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)])),
    );
  }
}

/** The configuration of the run in a folder, undefined where there is none. */
export async function readConfig<T>(path: string): Promise<T | undefined> {
  const file = join(path, "config.json");
  const content = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw new TesseraError(`${file}: expected a run's configuration, got ${cause.message}`, { cause });
  });
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content) as T;
  } catch (cause) {
    throw new TesseraError(`${file}: expected JSON, got ${(cause as Error).message}`, { cause });
  }
}

/** The lines of a log; the last may be half-written, if the process was killed then. */
async function readLog<L>(file: string): Promise<L[]> {
  const content = await readFile(file, "utf8").catch(() => "");
  const whole = content.slice(0, content.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as L);
}

/** A file's content, for `saveFolder`. */
export async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(content);
}
