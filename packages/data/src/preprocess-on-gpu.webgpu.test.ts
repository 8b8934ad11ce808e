import { TesseraError } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { noise, syntheticPicture } from "./__fixtures__/pictures.ts";
import { gpuPicture } from "./gpu-picture.ts";
import type { Interpolation } from "./interpolation.ts";
import type { ResizeRule } from "./placement.ts";
import { preprocessOnGpu } from "./preprocess-on-gpu.ts";
import { preprocess } from "./preprocess.ts";
import type { Preprocessing } from "./preprocessing.ts";
import type { RgbImage } from "./rgb-image.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./statistics.ts";

const spec: Preprocessing = {
  size: [24, 20],
  resize: { rule: "short-side", pixels: 26 },
  interpolation: "bicubic",
  centre: "round",
  fill: [3, 120, 250],
  scale: 1 / 255,
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
};

/** With an alpha that must not matter. */
function withAlpha({ width, height, data }: RgbImage): ImageData {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? i % 256 : data[Math.floor(i / 4) * 3 + (i % 4)]!,
  );
  return { width, height, data: rgba } as ImageData;
}

async function expectEqualToTheBit(image: RgbImage, how: Preprocessing) {
  const tensor = preprocessOnGpu((await gpuPicture(withAlpha(image)))!, how);
  expect(tensor.shape).toEqual([1, ...how.size, 3]);
  const values = await tensor.data();
  tensor.dispose();
  expect(values).toEqual(preprocess(image, how));
}

const interpolations: Interpolation[] = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"];

test.each(interpolations)("equals the CPU to the bit by %s, up and down", async (interpolation) => {
  for (const [width, height] of [
    [61, 47],
    [13, 90],
    [20, 24],
    [5, 7],
    [1, 1],
    [26, 33],
  ] as const) {
    // prettier-ignore
    await expectEqualToTheBit(noise(width, height), { ...spec, interpolation });
  }
});

const rules: ResizeRule[] = [
  { rule: "short-side", pixels: 10 },
  { rule: "squash", height: 31, width: 23 },
  { rule: "cover", height: 24, width: 20 },
  { rule: "contain", height: 24, width: 20 },
  { rule: "none" },
];

test.each(rules)("equals the CPU to the bit whatever the rule: $rule", async (resize) => {
  for (const centre of ["round", "floor"] as const) {
    for (const [width, height] of [
      [61, 47],
      [9, 30],
      [19, 25],
    ] as const) {
      // prettier-ignore
      await expectEqualToTheBit(noise(width, height), { ...spec, resize, centre });
    }
  }
});

test("equals the CPU to the bit at a model's size", async () => {
  const how: Preprocessing = { ...spec, size: [224, 224], resize: { rule: "short-side", pixels: 248 } };
  await expectEqualToTheBit(syntheticPicture(), how);
});

test("leaves no tensor behind", async () => {
  const image = withAlpha(noise(33, 21));
  await expectNoLeak(async () => {
    preprocessOnGpu((await gpuPicture(image))!, spec).dispose();
  });
});

test("refuses a spec that makes no sense", async () => {
  const picture = (await gpuPicture(withAlpha(noise(3, 3))))!;
  expect(() => preprocessOnGpu(picture, { ...spec, std: [1, 0, 1] })).toThrow(TesseraError);
});
