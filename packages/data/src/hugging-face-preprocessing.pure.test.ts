import { expect, test } from "vitest";
import { huggingFacePreprocessing } from "./hugging-face-preprocessing.ts";

test("reads google/vit-base-patch16-224's preprocessor_config.json", () => {
  const config = {
    do_normalize: true,
    do_resize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    size: 224,
  };
  expect(huggingFacePreprocessing(config)).toEqual({
    size: [224, 224],
    resize: { rule: "squash", height: 224, width: 224 },
    interpolation: "bilinear",
    centre: "floor",
    fill: [0, 0, 0],
    scale: 1 / 255,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  });
});

test("reads facebook/dinov2-base's preprocessor_config.json", () => {
  const config = {
    crop_size: { height: 224, width: 224 },
    do_center_crop: true,
    image_mean: [0.485, 0.456, 0.406],
    image_processor_type: "BitImageProcessor",
    image_std: [0.229, 0.224, 0.225],
    resample: 3,
    rescale_factor: 0.00392156862745098,
    size: { shortest_edge: 256 },
  };
  expect(huggingFacePreprocessing(config)).toMatchObject({
    size: [224, 224],
    resize: { rule: "short-side", pixels: 256 },
    interpolation: "bicubic",
    mean: [0.485, 0.456, 0.406],
  });
});

test.each([
  [{ image_processor_type: "ConvNextImageProcessor" }, "expected image_processor_type to be one of ViTImageProcessor"],
  [{ image_processor_type: 3 }, "expected image_processor_type to be one of"],
  [
    { image_processor_type: "BitImageProcessor", do_center_crop: false },
    "got pictures of any size; set do_center_crop",
  ],
  [{ do_resize: false }, "got pictures of any size"],
  [{ size: { shortest_edge: 800, longest_edge: 1333 } }, "expected size to be given by height and width"],
  [{ size: { height: 224 } }, "expected size to be given by height and width or by shortest_edge"],
  [{ size: "224" }, 'expected size to be a number, [height, width] or an object, got "224"'],
  [{ resample: 6 }, "expected resample to be a number from 0 to 5, got 6"],
  [{ do_resize: "yes" }, 'expected do_resize to be true or false, got "yes"'],
])("refuses %j", (config, message) => {
  expect(() => huggingFacePreprocessing(config as never)).toThrow(message);
});
