// A forward that comes again: on webgpu and native it is recorded and repeated, elsewhere it runs as ever.
import { type Tensor4D, getBackend, getKernel } from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { TntConfig } from "./config.ts";
import { Tnt } from "./model.ts";

const tiny: TntConfig = {
  imageSize: 16,
  patchSize: 8,
  width: 16,
  innerWidth: 8,
  depth: 2,
  heads: 2,
  innerHeads: 4,
  mlpDim: 32,
  classes: 3,
};
const images = (seed: number, b: number) => seeded(seed).normals([b, 16, 16, 3]) as Tensor4D;

test.each([
  ["TNT", tiny],
  ["legacy TNT", { ...tiny, legacy: true }],
  ["TNT that pools by the mean", { ...tiny, pool: "mean" as const }],
])("%s: every picture has its own output", async (_, config) => {
  const model = new Tnt(config).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  for (const b of [1, 3]) {
    for (const seed of [1, 2, 3, 4]) {
      const x = images(seed, b);
      await expect(forward(x)).toBeAllClose(model.forward(x), { rtol: 1e-5, atol: 1e-6 });
    }
    const kernels = kernelsRun(() => forward(images(5, b)).dispose());
    expect(kernels.join() === "TesseraReplay").toBe(getKernel("TesseraReplay", getBackend()) !== undefined);
  }
  model.dispose();
});
