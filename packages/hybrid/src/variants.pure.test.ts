// Every published variant against timm's inventory: names, shapes and counts of all parameters, multiply-adds, and what timm says of
// its checkpoints.
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createHybrid } from "./create.ts";
import { pretrainedHybrids } from "./pretrained.ts";
import { type HybridName, hybridNames, hybridVariants } from "./variants.ts";

const inventories = await readInventories<HybridName>(new URL("./__fixtures__/inventories.json", import.meta.url));
const published = Object.keys(inventories) as HybridName[];

test("the table has the inventory's variants", () => {
  expect([...hybridNames].sort()).toEqual([...published].sort());
});

describe.each(published)("%s", (name) => {
  const { params: count, macs, tensors, blocks, shapes, tags, input_size } = inventories[name];
  const [, height, width] = input_size;

  test("has timm's parameters: names, shapes and count, with nothing allocated", () => {
    const before = engine().state.numTensors;
    const model = createHybrid(name);
    const params = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
    expect(params).toEqual(unfolded(shapes, blocks));
    expect(model.params().size).toBe(tensors);
    expect(model.paramCount).toBe(count);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has the table's count, and timm's multiply-adds", () => {
    const { layers, ...counted } = summarize(createHybrid(name), [1, height, width, 3]);
    expect(counted).toEqual({ params: hybridVariants[name].params, macs });
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(count);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });

  test("has timm's checkpoints, the default first, with the pixels and the licence that timm states", () => {
    const ours = pretrainedHybrids(name);
    expect(Object.keys(ours).map((tag) => `${name}.${tag}`)).toEqual(Object.keys(tags));
    for (const [tag, { top1, ...one }] of Object.entries(ours)) {
      const timm = tags[`${name}.${tag}`]!;
      // Of other classes and of features there is none.
      expect(top1 === undefined || (timm.num_classes === 1000 && top1 > 70 && top1 < 90)).toBe(true);
      expect({ tag, ...one }).toEqual({
        tag,
        hub: timm.hf_hub_id,
        labels: { 0: "none", 1000: "imagenet-1k", 21843: "imagenet-21k" }[timm.num_classes],
        classes: timm.num_classes,
        cropPct: timm.crop_pct,
        interpolation: timm.interpolation,
        mean: timm.mean,
        std: timm.std,
        license: timm.license,
      });
    }
  });
});
