import { expect, test } from "vitest";
import * as sparseRcnn from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(sparseRcnn).sort()).toEqual([
    "SparseRcnn",
    "createSparseRcnn",
    "detections",
    "isSparseRcnnName",
    "pretrainedSparseRcnn",
    "resnetBackbone",
    "sparseRcnnFamily",
    "sparseRcnnNames",
    "sparseRcnnVariants",
  ]);
});
