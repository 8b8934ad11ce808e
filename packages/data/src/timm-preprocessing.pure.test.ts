import { expect, test } from "vitest";
import { IMAGENET_MEAN, IMAGENET_STD } from "./statistics.ts";
import { timmPreprocessing } from "./timm-preprocessing.ts";

test("reads a pretrained_cfg", () => {
  const config = {
    input_size: [3, 224, 224],
    crop_pct: 0.9,
    crop_mode: "center",
    interpolation: "bicubic",
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    license: "apache-2.0",
  };
  expect(timmPreprocessing(config)).toEqual({
    size: [224, 224],
    resize: { rule: "short-side", pixels: 248 },
    interpolation: "bicubic",
    centre: "round",
    fill: [0, 0, 0],
    scale: 1 / 255,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  });
});

test("takes timm's defaults for what is absent or null", () => {
  const spec = timmPreprocessing({ crop_pct: null, mean: null });
  expect(spec).toMatchObject({ size: [224, 224], resize: { pixels: 256 }, interpolation: "bicubic" });
  expect([spec.mean, spec.std]).toEqual([IMAGENET_MEAN, IMAGENET_STD]);
});

test("takes the test size only when asked", () => {
  const config = { input_size: [3, 224, 224], test_input_size: [3, 288, 288], crop_pct: 0.9, test_crop_pct: 1 };
  expect(timmPreprocessing(config)).toMatchObject({ size: [224, 224], resize: { pixels: 248 } });
  const tested = timmPreprocessing(config, { useTestSize: true });
  expect(tested).toMatchObject({ size: [288, 288], resize: { pixels: 288 } });
  const untested = timmPreprocessing({ input_size: [3, 384, 384], crop_pct: 1 }, { useTestSize: true });
  expect(untested).toMatchObject({ size: [384, 384], resize: { pixels: 384 } });
});

test("oblong inputs are always bilinear, as in timm", () => {
  expect(timmPreprocessing({ input_size: [3, 32, 48], interpolation: "bicubic" }).interpolation).toBe("bilinear");
});

test.each([
  [{ input_size: [1, 28, 28] }, "expected input_size to be [3, height, width], got [1, 28, 28]"],
  [{ input_size: [3, 0, 28] }, "expected input_size to be a positive whole number, got 0"],
  [{ crop_pct: -1 }, "expected crop_pct to be a positive number, got -1"],
  [{ crop_mode: "centre" }, 'expected crop_mode to be center, squash or border, got "centre"'],
  [{ interpolation: "cubic" }, `expected interpolation to be one of Pillow's filters, got "cubic"`],
  [{ mean: [0.5, 0.5] }, "expected mean to be three numbers, got [0.5, 0.5]"],
])("refuses %j", (config, message) => {
  expect(() => timmPreprocessing(config)).toThrow(`timmPreprocessing: ${message}`);
});
