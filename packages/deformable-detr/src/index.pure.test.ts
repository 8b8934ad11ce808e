import { expect, test } from "vitest";
import * as deformableDetr from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(deformableDetr).sort()).toEqual([
    "DeformableDetr",
    "MultiScaleAttention",
    "createDeformableDetr",
    "deformableDetrFamily",
    "deformableDetrNames",
    "deformableDetrVariants",
    "detections",
    "isDeformableDetrName",
    "pretrainedDeformableDetr",
    "resnetBackbone",
  ]);
});
