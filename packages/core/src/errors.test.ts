import { expect, test } from "vitest";
import { FormatError, ShapeError, TesseraError } from "./errors.ts";

test.each([
  [TesseraError, "TesseraError"],
  [ShapeError, "ShapeError"],
  [FormatError, "FormatError"],
] as const)("%o is a TesseraError with its name, message and cause", (Kind, name) => {
  const cause = new Error("why");
  const error = new Kind("Where: expected X, got Y", { cause });
  expect([error.name, error.message, error.cause]).toEqual([name, "Where: expected X, got Y", cause]);
  expect(error).toBeInstanceOf(Error);
  expect(TesseraError.isInstance(error)).toBe(true);
});

test("errors of another copy of the package are recognised, others are not", () => {
  expect(TesseraError.isInstance({ [Symbol.for("tessera.error")]: true })).toBe(true);
  for (const other of [new Error("no"), undefined, null, "error"]) expect(TesseraError.isInstance(other)).toBe(false);
});
