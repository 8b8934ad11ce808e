import type { Tensor4D } from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { createTnt } from "./create.ts";

test("a TNT that is replayed gives to the bit what it gives step by step", async () => {
  const model = createTnt("tnt_s_patch16_224", { depth: 2, imageSize: 48 }).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  for (const seed of [1, 2, 3, 4]) {
    const x = seeded(seed).normals([2, 48, 48, 3]) as Tensor4D;
    await expect(forward(x)).toBeAllClose(model.forward(x), { rtol: 0, atol: 0 });
  }
  const x = seeded(5).normals([2, 48, 48, 3]) as Tensor4D;
  expect(kernelsRun(() => forward(x).dispose())).toEqual(["TesseraReplay"]);
  model.dispose();
});
