import { expect, test } from "vitest";
import * as stytr2 from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(stytr2).sort()).toEqual([
    "LossVgg",
    "StyTr2",
    "styTr2Config",
    "styTr2Weights",
    "styleLoss",
    "styleLosses",
  ]);
});
