import { TesseraError } from "@tessera/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reportError } from "./report.ts";

let written: string;
beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test("what a user can mend is its message alone", () => {
  reportError(new TesseraError("here: expected this, got that; do so"));
  expect(written).toBe("error: here: expected this, got that; do so\n");
});

test("what a user cannot mend asks for a report", () => {
  reportError(new RangeError("it broke"));
  expect(written).toBe("error: it broke\n(this is not expected: please report it with the output of --verbose)\n");
});

test("--verbose adds where it came from and what caused it", () => {
  reportError(new TesseraError("outer", { cause: new Error("inner") }), { verbose: true });
  expect(written).toMatch(/^error: outer\nTesseraError: outer\n {4}at [^]*\ncaused by Error: inner\n {4}at /);
});
