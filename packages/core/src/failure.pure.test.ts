import { expect, test } from "vitest";
import { FormatError, ShapeError, TesseraError } from "./errors.ts";
import { errorOf, failureOf } from "./failure.ts";

test.each([
  new TesseraError("it is not there", { code: "not-found" }),
  new FormatError("it is cut"),
  new ShapeError("it is wide"),
  new RangeError("it is large"),
])("$name passes between threads", (error) => {
  const failure = structuredClone(failureOf(error));
  const arrived = errorOf(failure);
  expect(arrived).toMatchObject({ name: error.name, message: error.message });
  expect(TesseraError.isInstance(arrived)).toBe(TesseraError.isInstance(error));
  expect((arrived as TesseraError).code).toBe((error as TesseraError).code);
});

test("what is thrown need be no error", () => {
  expect(errorOf(failureOf("it broke"))).toMatchObject({ name: "Error", message: "it broke" });
});
