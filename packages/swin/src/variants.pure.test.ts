// Every published variant against timm's inventory: names, shapes and counts of all parameters, multiply-adds, and
// what timm says of its checkpoints.
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createSwin } from "./create.ts";
import { pretrainedSwins } from "./pretrained.ts";
import { type SwinName, swinNames, swinVariants } from "./variants.ts";

const inventories = await readInventories<SwinName>(new URL("./__fixtures__/inventories.json", import.meta.url));
const published = Object.keys(inventories) as SwinName[];

test("the table has the inventory's variants", () => {
  expect([...swinNames].sort()).toEqual([...published].sort());
});

describe.each(published)("%s", (name) => {
  const { params, macs, tensors, blocks, shapes, tags, input_size } = inventories[name];

  test("has timm's parameters: names, shapes and count, with nothing allocated", () => {
    const before = engine().state.numTensors;
    const model = createSwin(name);
    const own = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
    expect(own).toEqual(unfolded(shapes, blocks));
    expect(model.state().size).toBe(tensors);
    expect(model.paramCount).toBe(params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has the table's count, and timm's multiply-adds at the native size", () => {
    const [channels, height, width] = input_size;
    const model = createSwin(name);
    expect([height, width]).toEqual([model.config.imageSize, model.config.imageSize]);
    const { layers, ...counted } = summarize(model, [1, height, width, channels]);
    expect(counted).toEqual({ params: swinVariants[name].params, macs });
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });

  test("has timm's checkpoints, the default first, with the pixels and the licence that timm states", () => {
    const ours = pretrainedSwins(name);
    expect(Object.keys(ours)).toEqual(Object.keys(tags));
    for (const [tag, { top1, ...one }] of Object.entries(ours)) {
      const timm = tags[tag]!;
      // Of other classes and of features there is none.
      expect(top1 === undefined || (timm.num_classes === 1000 && top1 > 70 && top1 < 90)).toBe(true);
      expect({ tag, ...one }).toEqual({
        tag,
        hub: timm.hf_hub_id,
        labels: timm.num_classes === 1000 ? "imagenet-1k" : "imagenet-22k",
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
