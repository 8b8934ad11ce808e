import { expect, test } from "vitest";
import * as airbench from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(airbench).sort()).toEqual([
    "Airbench",
    "airbenchFamily",
    "airbenchNames",
    "airbenchVariants",
    "createAirbench",
    "isAirbenchName",
  ]);
});
