import pc from "picocolors";

/** Marks what a user can mend; `TesseraError.isInstance` without loading TensorFlow.js for it. */
const marker = Symbol.for("tessera.error");

/** Writes an error to stderr: one that the user can mend as its message, others with the advice to report them. */
export function reportError(error: unknown, { verbose = false }: { verbose?: boolean } = {}): void {
  const known = typeof error === "object" && error !== null && marker in error;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${pc.red("error:")} ${known ? message : `${message}\n(this is not expected: please report it with the output of --verbose)`}\n`,
  );
  if (verbose && error instanceof Error)
    process.stderr.write(
      `${error.stack ?? ""}\n${error.cause instanceof Error ? `caused by ${error.cause.stack ?? ""}\n` : ""}`,
    );
}

/** Prints the one JSON document of a command. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Prints a line on stdout. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** A line on stderr, for people only. */
export function note(line: string): void {
  process.stderr.write(`${pc.dim(line)}\n`);
}
