import { type Tensor, type Tensor4D, getBackend, mul, sum, variableGrads, zeros } from "@tensorflow/tfjs-core";
import { type Backbone, ShapeError, capture, pair } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../leak.ts";
import { seeded } from "../seeded.ts";
import type { FamilyCase } from "./family-case.ts";
import { smallModel, testImages } from "./model-tensors.ts";

/** Reads a tensor back and frees it. */
async function values(x: Tensor): Promise<number[]> {
  const data = [...(await x.data())];
  x.dispose();
  return data;
}

/** A small model of every kind: it runs, it trains, it leaves nothing behind. */
export function testRunning<M extends Backbone>(one: FamilyCase<M>): void {
  describe.each(one.kinds)("a small %s", (kind) => {
    test("runs forward with finite values, and the gradient reaches every parameter", async () => {
      using model = smallModel(one, kind);
      const images = testImages(model);
      const logits = model.forward(images);
      const embedding = model.embed(images);
      const [, width] = embedding.shape;
      const outputs = model.config.classes || width;
      expect(logits.shape).toEqual([2, outputs]);
      expect((await values(logits)).every(Number.isFinite)).toBe(true);
      expect((await values(embedding)).every(Number.isFinite)).toBe(true);

      const probe = seeded(1).normals([2, outputs]);
      const { value, grads } = variableGrads(() => sum(mul(model.forward(images), probe)));
      for (const tensor of [value, probe, images]) tensor.dispose();
      expect(Object.keys(grads)).toHaveLength(model.params().size);
      for (const [path, param] of model.params()) {
        const gradient = await values(grads[param.value.name]!);
        expect(gradient.every(Number.isFinite), path).toBe(true);
        expect(
          gradient.some((slope) => slope !== 0),
          path,
        ).toBe(true);
      }
    });

    // tfjs's own kernels divide by zero on wasm, and bind nothing on a GPU.
    test.skipIf(!["cpu", "native"].includes(getBackend()))("answers no images with no rows", () => {
      using model = smallModel(one, kind);
      const [height, width] = pair(model.config.imageSize);
      const images = zeros([0, height, width, model.config.channels ?? 3]) as Tensor4D;
      const embedding = model.embed(images);
      expect(model.forward(images).shape).toEqual([0, model.config.classes || embedding.shape[1]]);
      expect(embedding.shape[0]).toBe(0);
    });

    test("has its features where its feature info says, with those channels", () => {
      using model = smallModel(one, kind);
      const images = testImages(model);
      const info = one.family.featureInfo(model.config);
      const [height, width] = pair(model.config.imageSize);
      const seen = capture(
        model,
        images,
        info.map(({ path }) => path),
      );
      expect(Object.keys(seen)).toEqual(info.map(({ path }) => path));
      for (const { path, channels, reduction } of info) {
        const { shape, size } = seen[path]!;
        expect(shape.at(-1), path).toBe(channels);
        const places = Math.floor(height / reduction) * Math.floor(width / reduction);
        expect(size / channels, path).toBeGreaterThanOrEqual(2 * places);
      }
      for (const tensor of [images, ...Object.values(seen)]) tensor.dispose();
    });

    test("has a feature map for each of them, and the last one alone if asked", async () => {
      using model = smallModel(one, kind);
      const images = testImages(model);
      const [height, width] = pair(model.config.imageSize);
      const maps = model.featureMaps(images);
      expect(maps.map(({ shape }) => shape)).toEqual(
        one.family
          .featureInfo(model.config)
          .map(({ channels, reduction }) => [
            2,
            Math.floor(height / reduction),
            Math.floor(width / reduction),
            channels,
          ]),
      );
      const alone = model.featureMaps(images, [-1]);
      expect(alone).toHaveLength(1);
      await expect(alone[0]!).toBeAllClose(maps.at(-1)!);
      expect(() => model.featureMaps(images, [maps.length])).toThrow(ShapeError);
      for (const tensor of [images, ...maps, ...alone]) tensor.dispose();
    });

    test("leaves nothing behind: made, run, trained, disposed of", async () => {
      using model = smallModel(one, kind);
      const images = testImages(model);
      await expectNoLeak(() => {
        model.forward(images).dispose();
        model.embed(images).dispose();
        for (const map of model.featureMaps(images)) map.dispose();
        const { value, grads } = variableGrads(() => sum(model.forward(images)));
        for (const result of [value, ...Object.values(grads)]) result.dispose();
        using short = smallModel(one, kind);
        short.forward(images).dispose();
      });
      images.dispose();
    });
  });
}
