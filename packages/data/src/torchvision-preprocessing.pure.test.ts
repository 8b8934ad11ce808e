import { expect, test } from "vitest";
import { IMAGENET_MEAN, IMAGENET_STD } from "./statistics.ts";
import { torchvisionPreprocessing } from "./torchvision-preprocessing.ts";

test("takes the preset's defaults", () => {
  expect(torchvisionPreprocessing({ cropSize: 224 })).toEqual({
    size: [224, 224],
    resize: { rule: "short-side", pixels: 256 },
    interpolation: "bilinear",
    centre: "round",
    fill: [0, 0, 0],
    scale: 1 / 255,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
  });
});

test("refuses sizes and filters that are none", () => {
  expect(() => torchvisionPreprocessing({ cropSize: 22.4 })).toThrow("expected cropSize to be a positive whole number");
  expect(() => torchvisionPreprocessing({ cropSize: 224, resizeSize: 0 })).toThrow("expected resizeSize");
  expect(() => torchvisionPreprocessing({ cropSize: 224, interpolation: "area" as never })).toThrow("Pillow's filters");
});
