import { expect, test } from "vitest";
import { mostThreads } from "./threads.ts";

test("takes one thread a processor or those asked for, at least one and at most eight", () => {
  expect([1, 4, 64].map((processors) => mostThreads(undefined, processors))).toEqual([1, 4, 8]);
  expect([0, 1, 3, 99].map((asked) => mostThreads(asked, 2))).toEqual([1, 1, 3, 8]);
});
