import { expect, test } from "vitest";
import * as vitdet from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(vitdet).sort()).toEqual([
    "VitDet",
    "createVitDet",
    "isVitDetName",
    "vitDetFamily",
    "vitDetNames",
    "vitDetVariants",
  ]);
});
