import { expect, test } from "vitest";
import { threadsFor } from "./start.browser.ts";

test("a page that shares no memory has one thread", () => {
  expect(globalThis.crossOriginIsolated).toBe(false);
  expect(threadsFor({ threads: 4 })).toBe(1);
});
