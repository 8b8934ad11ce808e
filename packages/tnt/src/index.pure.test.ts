import { expect, test } from "vitest";
import * as tnt from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(tnt).sort()).toEqual([
    "Tnt",
    "createTnt",
    "isTntName",
    "pretrainedTnts",
    "tntFamily",
    "tntInnerOp",
    "tntMergeOp",
    "tntNames",
    "tntOps",
    "tntVariants",
  ]);
});
