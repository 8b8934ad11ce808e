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
    "resizeImage",
    "seenPart",
    "select",
    "split",
    "subset",
    "timmPreprocessing",
    "toTensor",
    "torchvisionPreprocessing",
    "trainingBatches",
  ]);
});
