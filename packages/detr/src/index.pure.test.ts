import { expect, test } from "vitest";
import * as detr from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(detr).sort()).toEqual([
    "Detr",
    "assignment",
    "createDetr",
    "detections",
    "detrCriterion",
    "detrFamily",
    "detrNames",
    "detrVariants",
    "focalCriterion",
    "focalLoss",
    "giou",
    "giouOfPairs",
    "iou",
    "isDetrName",
    "matchQueries",
    "pretrainedDetr",
    "resnetBackbone",
    "setLoss",
    "setLosses",
    "sinePositions",
    "suppress",
    "toCentres",
    "toCorners",
  ]);
});
