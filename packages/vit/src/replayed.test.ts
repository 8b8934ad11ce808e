// A forward that comes again: on webgpu and native it is recorded and repeated, elsewhere it runs as ever.
import { type Tensor, type Tensor4D, getBackend, getKernel, tidy } from "@tensorflow/tfjs-core";
import { replayed, warmUp } from "@tessera/core";
import { expectNoLeak, kernelsRun, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { VitConfig } from "./config.ts";
import { Vit } from "./model.ts";

const tiny: VitConfig = { imageSize: 16, patchSize: 8, width: 16, depth: 2, heads: 2, mlpDim: 32, classes: 3 };
const configs: Record<string, VitConfig> = {
  ViT: tiny,
  "mean pooling": { ...tiny, pool: "mean", registers: 2 },
  "attention pooling": { ...tiny, pool: "attention", classes: 0 },
  "distilled DeiT": { ...tiny, distilled: true },
  "pre-logits": { ...tiny, preLogits: true },
};
const images = (seed: number, size = 16, b = 2) => seeded(seed).normals([b, size, size, 3]) as Tensor4D;
const tolerance = { rtol: 1e-5, atol: 1e-6 };

/** Expects a call that runs no op of the model, where the backend can repeat forwards; elsewhere, one that does. */
function expectReplay(call: () => Tensor): void {
  const kernels = kernelsRun(() => call().dispose());
  expect(kernels.join() === "TesseraReplay").toBe(getKernel("TesseraReplay", getBackend()) !== undefined);
}

test.each(Object.entries(configs))("%s: every picture has its own output", async (_, config) => {
  const model = new Vit(config).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  for (const size of [16, 24]) {
    for (const seed of [1, 2, 3, 4]) {
      const x = images(seed, size);
      await expect(forward(x)).toBeAllClose(model.forward(x), tolerance);
    }
    expectReplay(() => forward(images(5, size)));
  }
  model.dispose();
});

test("a new head and a head at last count at once", async () => {
  const model = new Vit({ ...tiny, classes: 0 }).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  for (const [round, classes] of [0, 5, 5, 2].entries()) {
    model.resetHead(classes, round);
    for (const seed of [1, 2, 3]) {
      const y = forward(images(seed));
      expect(y.shape).toEqual([2, classes || 16]);
      await expect(y).toBeAllClose(model.forward(images(seed)), tolerance);
    }
  }
  model.dispose();
});

test("after a warm-up the first forward is as any other", async () => {
  const model = new Vit({ ...tiny, width: 24, heads: 3 }).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  const seen: { compiled: number; total: number }[] = [];
  await warmUp(forward, images(1), { onProgress: (progress) => seen.push(progress) });
  expectReplay(() => forward(images(2)));
  expect(seen).toEqual(seen.map((_, compiled) => ({ compiled, total: seen.length - 1 })));
  await expect(forward(images(3))).toBeAllClose(model.forward(images(3)), tolerance);
  const x = images(4);
  await expectNoLeak(() => warmUp(forward, x), { runs: 1 });
  model.dispose();
});

test("leaves nothing behind", async () => {
  const model = new Vit(tiny).init(1);
  const forward = replayed(model, (x: Tensor4D) => model.forward(x));
  await expectNoLeak(() => tidy(() => forward(images(1))).dispose(), { runs: 4 });
  model.dispose();
});
