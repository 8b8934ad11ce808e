const marker = Symbol.for("tessera.error");

/**
 * Something that the caller can mend: bad input, a bad file, a missing part.
 * The message reads `Where: expected X, got Y`, then what to do.
 */
export class TesseraError extends Error {
  override readonly name: string = "TesseraError";
  readonly [marker] = true;

  /** True for errors of any copy of this package, which `instanceof` is not. */
  static isInstance(error: unknown): error is TesseraError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/** A tensor, picture or parameter has other sizes than the code can take. */
export class ShapeError extends TesseraError {
  override readonly name = "ShapeError";
}

/** A file, header or table is not what its format promises. */
export class FormatError extends TesseraError {
  override readonly name = "FormatError";
}
