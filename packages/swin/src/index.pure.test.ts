import { expect, test } from "vitest";
import * as swin from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(swin).sort()).toEqual([
    "Swin",
    "createSwin",
    "isSwinName",
    "pretrainedSwins",
    "swinFamily",
    "swinNames",
    "swinVariants",
  ]);
});
