import { expect, test } from "vitest";
import * as train from "./index.ts";

test("exports these and nothing else", () => {
  expect(Object.keys(train).sort()).toEqual([
    "BEST",
    "Ema",
    "accumulate",
    "adam",
    "adamW",
    "binaryCrossEntropy",
    "clipFactor",
    "constantRate",
    "cosine",
    "crossEntropy",
    "decaysByDefault",
    "distillation",
    "distillationLoss",
    "emaDecay",
    "evaluate",
    "fit",
    "globalNorm",
    "gradientsOf",
    "lamb",
    "lars",
    "linearRate",
    "maeLayers",
    "memoryStore",
    "mixing",
    "oneCycle",
    "paramGroups",
    "sgd",
    "stepped",
    "timmLayers",
  ]);
});
