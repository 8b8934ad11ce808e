import { expect, test } from "vitest";
import * as yolos from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(yolos).sort()).toEqual([
    "Yolos",
    "createYolos",
    "isYolosName",
    "pretrainedYolos",
    "yolosFamily",
    "yolosNames",
    "yolosVariants",
  ]);
});
