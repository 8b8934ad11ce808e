import { TesseraError } from "@tessera/core";
import { describe, expect, test } from "vitest";
import detectron2 from "./__fixtures__/detectron2_sizes.json" with { type: "json" };
import official from "./__fixtures__/detection_sizes.json" with { type: "json" };
import { detectionPreprocessing, preprocessingFor, sizeWithin } from "./detection-preprocessing.ts";
import { preprocess } from "./preprocess.ts";

test.each([
  ["the official code's", "down", official.sizes],
  ["detectron2's", "half-up", detectron2.sizes],
] as const)("sizes are %s", (_, rounding, expected) => {
  const sizes = expected.map(([height, width]) => {
    const resized = sizeWithin({ height: height!, width: width! }, { ...detectionPreprocessing(), rounding });
    return [height, width, resized.height, resized.width];
  });
  expect(sizes).toEqual(expected);
});

test("YOLOS's processor cuts sides to whole patches", () => {
  const yolos = detectionPreprocessing({ feature_extractor_type: "YolosFeatureExtractor" });
  expect(yolos.multiple).toBe(16);
  // get_size_with_aspect_ratio_yolos of transformers 5.18
  const sizes = [[480, 640], [640, 480], [300, 1000], [57, 1373], [1, 3], [800, 800]]; // prettier-ignore
  const resized = sizes.map(([height, width]) => {
    const size = sizeWithin({ height: height!, width: width! }, yolos);
    return [size.height, size.width];
  });
  expect(resized).toEqual([[800, 1056], [1056, 800], [400, 1328], [48, 1328], [432, 1328], [800, 800]]); // prettier-ignore
  // Theirs would leave no pixel.
  expect(sizeWithin({ height: 5, width: 9000 }, yolos)).toEqual({ height: 16, width: 1328 });
});

test("a line of a picture keeps a pixel", () => {
  expect(sizeWithin({ height: 1, width: 10_000 }, detectionPreprocessing()).height).toBe(1);
  expect(sizeWithin({ height: 1, width: 1 }, { shortest: 8, longest: 10 })).toEqual({ height: 8, width: 8 });
});

test("a picture becomes that size, and its values the statistics'", () => {
  const image = { height: 2, width: 4, data: new Uint8Array(24).fill(255) };
  const spec = preprocessingFor(image, { ...detectionPreprocessing(), shortest: 3, longest: 20 });
  expect(spec.size).toEqual([3, 6]);
  const values = preprocess(image, spec);
  expect(values).toHaveLength(3 * 6 * 3);
  expect(values[0]).toBeCloseTo((1 - 0.485) / 0.229, 5);
});

describe("transformers' config", () => {
  test("is read as it is written today and as it was", () => {
    const today = { image_processor_type: "DetrImageProcessor", size: { shortest_edge: 600, longest_edge: 900 } };
    expect(detectionPreprocessing(today)).toMatchObject({ shortest: 600, longest: 900, mean: [0.485, 0.456, 0.406] });
    const once = { feature_extractor_type: "DetrFeatureExtractor", size: 480, max_size: 640, image_std: [1, 1, 1] };
    expect(detectionPreprocessing(once)).toMatchObject({ shortest: 480, longest: 640, std: [1, 1, 1] });
  });

  test.each([
    [
      { image_processor_type: "ViTImageProcessor" },
      "expected image_processor_type to be DetrImageProcessor or YolosImageProcessor",
    ],
    [{ size: { height: 4, width: 4 } }, "expected size.shortest_edge to be a positive whole number, got nothing"],
    [{ size: { shortest_edge: 1e99, longest_edge: 4 } }, "expected size.shortest_edge to be a positive whole number"],
    [{ do_resize: false }, "expected do_resize to be true, got false"],
  ])("%o is refused", (config, message) => {
    expect(() => detectionPreprocessing(config)).toThrow(TesseraError);
    expect(() => detectionPreprocessing(config)).toThrow(message);
  });
});
