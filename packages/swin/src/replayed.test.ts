// A forward that comes again: on webgpu and native it is recorded and repeated, elsewhere it runs as ever.
import { type Tensor, type Tensor4D, getBackend, getKernel } from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { SwinConfig } from "./config.ts";
import { Swin } from "./model.ts";

const tiny: SwinConfig = {
  imageSize: 16,
  patchSize: 2,
  width: 8,
  depths: [2, 2],
  heads: [1, 2],
  windowSize: 4,
  classes: 3,
};
const images = (seed: number, size: number) => seeded(seed).normals([2, size, size, 3]) as Tensor4D;
const tolerance = { rtol: 1e-5, atol: 1e-6 };

/** Expects a call that runs no op of the model, where the backend can repeat forwards; elsewhere, one that does. */
function expectReplay(call: () => Tensor): void {
  const kernels = kernelsRun(() => call().dispose());
  expect(kernels.join() === "TesseraReplay").toBe(getKernel("TesseraReplay", getBackend()) !== undefined);
}

// At 16 pixels the map is made of whole windows, at 22 it is padded, and merged where it is odd.
test.each([1, 2] as const)("version %d: every picture has its own output", async (version) => {
  const model = new Swin({ ...tiny, version }).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  for (const size of [16, 22]) {
    for (const seed of [1, 2, 3, 4]) {
      const x = images(seed, size);
      await expect(forward(x)).toBeAllClose(model.forward(x), tolerance);
    }
    expectReplay(() => forward(images(5, size)));
  }
  model.dispose();
});
