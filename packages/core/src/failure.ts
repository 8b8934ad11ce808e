import { type ErrorCode, FormatError, ShapeError, TesseraError } from "./errors.ts";

/** An error as plain data, on its way between threads, where classes are lost. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Of a `TesseraError`: something that the caller can mend, and its message says how. */
  readonly code: ErrorCode | undefined;
}

/** What is left of an error when it is sent to another thread. */
export function failureOf(error: unknown): Failure {
  const code = TesseraError.isInstance(error) ? error.code : undefined;
  return error instanceof Error
    ? { name: error.name, message: error.message, code }
    : { name: "Error", message: String(error), code };
}

/** The error on the other side: of the same class where it is one of ours, and else a plain one. */
export function errorOf({ name, message, code }: Failure): Error {
  if (code === undefined) return Object.assign(new Error(message), { name });
  const Kind = name === "FormatError" ? FormatError : name === "ShapeError" ? ShapeError : TesseraError;
  return new Kind(message, { code });
}
