import type { ErrorCode } from "@tessera/core";
import { adviceHere } from "./advice.ts";
import { stderrColours } from "./colours.ts";
import { forTerminal, jsonForTerminal } from "./terminal-text.ts";

/** Marks what a user can mend; `TesseraError.isInstance` without loading TensorFlow.js for it. */
const marker = Symbol.for("tessera.error");

/** What the library's cure is called here. */
const cures: Partial<Record<ErrorCode, string>> = {
  "head-mismatch": "on the command line: `tessera finetune` trains a new head for your classes",
};

/** Lines of a message that a terminal shows without `--verbose`: a checkpoint of another model differs in hundreds. */
const SHOWN = 12;

/** Writes an error to stderr: one that the user can mend as its message, others with the advice to report them. */
export function reportError(error: unknown, { verbose = false }: { verbose?: boolean } = {}): void {
  const message = adviceHere(error instanceof Error ? error.message : String(error));
  const text = isKnown(error)
    ? [shortened(message, verbose), ...(cures[error.code] ? [`(${cures[error.code]})`] : [])].join("\n")
    : `${message}\n(this is not expected: please report it with the output of --verbose)`;
  process.stderr.write(`${stderrColours.red("error:")} ${forTerminal(text)}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${forTerminal(stackOf(error))}\n`);
}

/**
 * What becomes of output that cannot be written. A reader that has seen enough, `tessera models | head`, is no error; a full
 * disk under `> file` is. Nobody can be told that stderr is closed.
 */
export function watchOutput(): void {
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit(0);
    const got = code === "ENOSPC" ? "a full disk; make room and try again" : message;
    process.stderr.write(`${stderrColours.red("error:")} stdout: expected to write to it, got ${got}\n`);
    process.exit(1);
  });
  process.stderr.on("error", () => {});
}

function isKnown(error: unknown): error is { code: ErrorCode } {
  return typeof error === "object" && error !== null && marker in error;
}

/** Where an error came from, and what caused it. */
function stackOf({ stack = "", cause }: Error): string {
  return cause instanceof Error ? `${stack}\ncaused by ${stackOf(cause)}` : stack;
}

/** The beginning and the last line, which says what to do. */
function shortened(message: string, verbose: boolean): string {
  const lines = message.split("\n");
  if (verbose || lines.length <= SHOWN) return message;
  const left = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN - 1), `  … ${left} lines more, shown by --verbose`, lines.at(-1)].join("\n");
}

/** Prints the one JSON document of a command. */
export function printJson(document: unknown): void {
  process.stdout.write(`${jsonForTerminal(JSON.stringify(document, null, 2))}\n`);
}

/** What a document says of a picture that could not be read, in its place. */
export function failure(image: string, error: Error): object {
  return { image, error: error.message };
}

/** Prints a line on stdout. */
export function print(line = ""): void {
  process.stdout.write(`${forTerminal(line)}\n`);
}

/** A line on stderr, for people only. */
export function note(line: string): void {
  process.stderr.write(`${stderrColours.dim(forTerminal(line))}\n`);
}
