import { printableLines } from "./untrusted-text.ts";

const marker = Symbol.for("tessera.error");

/** What kind of thing went wrong, for code that decides by it; messages are for people. */
export type ErrorCode =
  /** A value, a call or a combination that cannot be. */
  | "invalid"
  /** Sizes of a tensor, picture or parameter: a `ShapeError`. */
  | "shape-mismatch"
  /** A file, header or table is not what its format promises: a `FormatError`. */
  | "bad-format"
  /** Nothing has the path, address or name. */
  | "not-found"
  /** A server did not answer, or broke off; the same may work later. */
  | "unreachable"
  /** Code that is loaded when it is needed did not come: a package is not installed, or there is no network. */
  | "not-loaded"
  /** Too much waits already; the same may work later. */
  | "busy"
  /** A thread ended in the middle of a call; another takes its place, and the same may work there. */
  | "worker-ended"
  /** A checkpoint fits but for the head: `resetHead` takes it. */
  | "head-mismatch";

/** Most characters of a message: hundreds of tensors' names, and not what a file could hold. */
const longestMessage = 100_000;

export interface TesseraErrorOptions extends ErrorOptions {
  /** What kind of thing went wrong. @default "invalid" */
  code?: ErrorCode | undefined;
}

/**
 * Something that the caller can mend: bad input, a bad file, a missing part.
 * The message reads `Where: expected X, got Y`, then what to do. Names and values of files stand in it escaped, so
 * that it can be shown anywhere.
 */
export class TesseraError extends Error {
  override readonly name: string = "TesseraError";
  /** @default "invalid" */
  readonly code: ErrorCode;
  readonly [marker] = true;

  constructor(message: string, { code = "invalid", ...options }: TesseraErrorOptions = {}) {
    super(printableLines(message, longestMessage), options);
    this.code = code;
  }

  /** True for errors of any copy of this package, which `instanceof` is not; of one kind, if a code is given. */
  static isInstance(error: unknown, code?: ErrorCode): error is TesseraError {
    if (typeof error !== "object" || error === null || !(marker in error)) return false;
    return code === undefined || (error as TesseraError).code === code;
  }
}

/** A tensor, picture or parameter has other sizes than the code can take. */
export class ShapeError extends TesseraError {
  override readonly name = "ShapeError";

  constructor(message: string, options: TesseraErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? "shape-mismatch" });
  }
}

/** A file, header or table is not what its format promises. */
export class FormatError extends TesseraError {
  override readonly name = "FormatError";

  constructor(message: string, options: TesseraErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? "bad-format" });
  }
}
