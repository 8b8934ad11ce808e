import type { Tensor4D } from "@tensorflow/tfjs-core";
import { patchify } from "@tessera/core";
import { composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";

test.each([
  { image: [2, 8, 12, 3], patchSize: [4, 4] },
  { image: [1, 9, 7, 1], patchSize: [2, 3] },
  { image: [2, 11, 13, 3], patchSize: [7, 7], stride: [4, 4], padding: [3, 3] },
  { image: [1, 6, 6, 5], patchSize: [3, 2], stride: [1, 2], padding: [0, 1] },
] as const)("patchify equals the composed definition: $image, $patchSize", async ({ image, ...options }) => {
  const x = seeded(1).normals([...image]) as Tensor4D;
  await expect(patchify(x, options)).toBeAllClose(composed(() => patchify(x, options)));
});
