import { expect, test } from "vitest";
import { FormatError, ShapeError, TesseraError } from "./errors.ts";

test.each([
  [TesseraError, "TesseraError", "invalid"],
  [ShapeError, "ShapeError", "shape-mismatch"],
  [FormatError, "FormatError", "bad-format"],
] as const)("%o is a TesseraError with its name, message, cause and code", (Kind, name, code) => {
  const cause = new Error("why");
  const error = new Kind("Where: expected X, got Y", { cause });
  expect([error.name, error.message, error.cause]).toEqual([name, "Where: expected X, got Y", cause]);
  expect(error.code).toBe(code);
  expect(new Kind("not there", { code: "not-found" }).code).toBe("not-found");
  expect("cause" in new Kind("without a cause")).toBe(false);
  expect(error).toBeInstanceOf(Error);
  expect(TesseraError.isInstance(error)).toBe(true);
});

test("errors of another copy of the package are recognised, others are not", () => {
  expect(TesseraError.isInstance({ [Symbol.for("tessera.error")]: true })).toBe(true);
  for (const other of [new Error("no"), undefined, null, "error"]) expect(TesseraError.isInstance(other)).toBe(false);
});

test("an error is told from others by its code", () => {
  const error: unknown = new TesseraError("Where: expected X, got nothing", { code: "not-found" });
  expect([TesseraError.isInstance(error, "not-found"), TesseraError.isInstance(error, "invalid")]).toEqual([
    true,
    false,
  ]);
  expect(TesseraError.isInstance(Object.assign(new Error("no"), { code: "not-found" }), "not-found")).toBe(false);
});
