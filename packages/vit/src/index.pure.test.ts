import { expect, test } from "vitest";
import * as vit from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(vit).sort()).toEqual([
    "Vit",
    "createVit",
    "googleTranslation",
    "isVitName",
    "mimeticInit",
    "pretrainedVits",
    "vitFamily",
    "vitInit",
    "vitNames",
    "vitVariants",
  ]);
});
