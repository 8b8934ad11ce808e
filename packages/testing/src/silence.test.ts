import { env, getBackend } from "@tensorflow/tfjs-core";
import { expect, inject, test } from "vitest";

test("the project's backend is set", () => {
  expect(getBackend()).toBe(inject("backend"));
});

test("tfjs knows where it runs", () => {
  expect(env().getBool("IS_BROWSER")).toBe(typeof document !== "undefined");
});
