import type { Tensor4D } from "@tensorflow/tfjs-core";
import { type ResizeMethod, resize } from "@tessera/core";
import { composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";

const methods: ResizeMethod[] = [
  "bilinear_align_corners",
  "bilinear",
  "bilinear_antialias",
  "bicubic",
  "bicubic_antialias",
  "bicubic_dino",
  "average",
];

test.each(methods)("resize by %s equals the composed definition, up and down", async (method) => {
  const x = seeded(1).normals([2, 7, 5, 3]) as Tensor4D;
  for (const size of [
    [14, 11],
    [3, 2],
    [1, 1],
    [7, 5],
    [4, 9],
  ] as const) {
    // prettier-ignore
    await expect(resize(x, size, method)).toBeAllClose(composed(() => resize(x, size, method)));
  }
});
