import { expect, test } from "vitest";
import * as mae from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(mae).sort()).toEqual([
    "Mae",
    "createMae",
    "hiddenPatches",
    "isMaeName",
    "maeFamily",
    "maeNames",
    "maeVariants",
    "maskingByNoise",
    "maskingOf",
    "pretrainedMae",
    "randomMasking",
  ]);
});
