// Parity with timm: logits, every tap and every gradient of tiny models with each form of the convolutions.
import { ShapeError, capture, resize } from "@tessera/core";
import { StandardizedResNet } from "@tessera/resnet";
import { channelsLast, expectGoldenGradients, restoredUnder } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { type GoldenName, files, loaded } from "./__fixtures__/goldens.ts";
import type { HybridEmbed } from "./hybrid-embed.ts";

const exact = { rtol: 1e-4, atol: 1e-5 };

describe.each(Object.keys(files) as GoldenName[])("%s", (name) => {
  test("gives timm's logits", async () => {
    const { goldens, model, images } = await loaded(name);
    await expect(model.forward(images)).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("gives timm's intermediate values, and the same logits while they are looked at", async () => {
    const { goldens, model, images } = await loaded(name);
    const taps = restoredUnder(goldens, "tap/").filter(([path]) => path !== "standardised_root_weight");
    expect(taps.length).toBeGreaterThan(4);
    const seen = capture(model, images, [...taps.map(([path]) => path), ""]);
    for (const [path, value] of taps)
      await expect(seen[path]!, path).toBeAllClose(value.rank === 4 ? channelsLast(value) : value, exact);
    await expect(seen[""]!).toBeAllClose(goldens.get("logits"), exact);
    model.dispose();
  });

  test("standardises weights as timm does", async () => {
    const { goldens, model } = await loaded(name);
    const { backbone } = model.patchEmbed as HybridEmbed;
    const { conv } = backbone instanceof StandardizedResNet ? backbone.stem : backbone;
    await expect(conv.standardized()).toBeAllClose(goldens.get("tap/standardised_root_weight"), exact);
    model.dispose();
  });

  test("gives timm's gradient for every parameter", async () => {
    const { goldens, model, images } = await loaded(name);
    await expectGoldenGradients(goldens, model, images, exact);
    model.dispose();
  });
});

test("takes other sizes, its positions resampled, and refuses a picture that leaves no token", async () => {
  const { model, images } = await loaded("hybrid_s16");
  const larger = resize(images, [96, 80], "bilinear");
  expect(model.forward(larger).shape).toEqual([2, 10]);
  expect(model.featureMaps(larger, [1])[0]!.shape).toEqual([2, 6, 5, 32]);
  const { model: patches } = await loaded("hybrid_stem");
  expect(() => patches.forward(resize(images, [12, 64], "bilinear"))).toThrow(ShapeError);
  for (const one of [model, patches]) one.dispose();
});
