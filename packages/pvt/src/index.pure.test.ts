import { expect, test } from "vitest";
import * as pvt from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(pvt).sort()).toEqual([
    "Pvt",
    "createPvt",
    "isPvtName",
    "pretrainedPvts",
    "pvtFamily",
    "pvtNames",
    "pvtVariants",
  ]);
});
