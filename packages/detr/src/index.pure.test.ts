import { expect, test } from "vitest";
import * as detr from "./index.ts";

test("exports these names, and no others", () => {
  expect(Object.keys(detr).sort()).toEqual([
    "Detr",
    "EncoderLayer",
    "FeedForward",
    "MultiheadAttention",
    "coveredBy",
    "createDetr",
    "detections",
    "detrFamily",
    "detrNames",
    "detrVariants",
    "isDetrName",
    "pretrainedDetr",
    "resnetBackbone",
    "resnets",
    "sinePositions",
  ]);
});
