import { expect, test } from "vitest";
import { threadsAmong } from "./threads.ts";

test("takes half of the processors or the threads asked for, at least one and at most eight", () => {
  expect([1, 2, 4, 64].map((processors) => threadsAmong(processors))).toEqual([1, 1, 2, 8]);
  expect([0, 1, 3, 99].map((asked) => threadsAmong(2, asked))).toEqual([1, 1, 3, 8]);
});
