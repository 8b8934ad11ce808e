import { expect, test } from "vitest";
import * as data from "./index.ts";

test("exports these and nothing else", () => {
  expect(Object.keys(data).sort()).toEqual([
    "CLIP_MEAN",
    "CLIP_STD",
    "HALF_MEAN",
    "HALF_STD",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "classBalance",
    "cropImage",
    "datasetOf",
    "decodeImage",
    "detectionPreprocessing",
    "evaluationBatches",
    "frameImage",
    "gpuPicture",
    "huggingFacePreprocessing",
    "openDataset",
    "parsePolicy",
    "placement",
    "preprocess",
    "preprocessBatch",
    "preprocessOnGpu",
    "preprocessingFor",
    "resizeImage",
    "seenPart",
    "select",
    "sizeWithin",
    "split",
    "subset",
    "timmPreprocessing",
    "toTensor",
    "torchvisionPreprocessing",
    "trainingBatches",
  ]);
});
