import { expect, test } from "vitest";
import { Finder, quadrants } from "../__fixtures__/quadrants.ts";
import { adamW } from "../optimizers/adam.ts";
import { fitDetector } from "./fit-detector.ts";

test("says that a backend that cannot be waited for trains no detector", async () => {
  using model = new Finder().init(1);
  const optimizer = adamW(model.params(), {});
  await expect(fitDetector(model, quadrants(4), { steps: 1, batchSize: 2, optimizer, rate: 0.1 })).rejects.toThrow(
    "fitDetector: expected a backend whose values can be read at once, got webgpu; train on native or wasm",
  );
  optimizer.dispose();
});
