import { expect, test } from "vitest";
import * as detection from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(detection).sort()).toEqual([
    "applyDeltas",
    "assignment",
    "centresOf",
    "checkOriginals",
    "checkTargets",
    "cornersOf",
    "detrCriterion",
    "focalCornersCriterion",
    "focalCriterion",
    "focalLoss",
    "giou",
    "giouOfPairs",
    "iou",
    "joinMaps",
    "levelsOf",
    "matchQueries",
    "poolRegions",
    "predictionSizes",
    "setLoss",
    "setLosses",
    "suppress",
    "toCentres",
    "toCorners",
  ]);
});
