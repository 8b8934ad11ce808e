import { expect, test } from "vitest";
import * as train from "./index.ts";

test("exports these and nothing else", () => {
  expect(Object.keys(train).sort()).toEqual([
    "BEST",
    "adam",
    "adamW",
    "evaluate",
    "fit",
    "lamb",
    "lars",
    "memoryStore",
    "sgd",
  ]);
});
