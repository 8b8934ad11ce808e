import { expect, test } from "vitest";
import * as pipeline from "./index.ts";

test("exports these and nothing else", () => {
  expect(Object.keys(pipeline).sort()).toEqual([
    "EMBEDDED_MODEL",
    "allDetectors",
    "allFamilies",
    "anyToHuggingFaceNames",
    "anyToTimmNames",
    "buildDetector",
    "buildModel",
    "createBackbone",
    "describeModel",
    "embeddedModel",
    "familyOf",
    "familyOfModel",
    "imageClassifier",
    "imageEmbedder",
    "inpainter",
    "loadDetector",
    "loadInpainter",
    "loadModel",
    "modelFilesOf",
    "objectDetector",
    "openModelWeights",
    "parity",
    "saveDetector",
    "saveModel",
    "variantNames",
  ]);
});
