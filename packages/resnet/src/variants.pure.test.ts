// Every published variant against timm's inventory: names, shapes and counts of all parameters and buffers, multiply-adds, and
// what timm says of its checkpoints.
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createResNet } from "./create.ts";
import { pretrainedResNets } from "./pretrained.ts";
import { type ResNetName, resnetNames, resnetVariants } from "./variants.ts";

const inventories = await readInventories<ResNetName>(new URL("./__fixtures__/inventories.json", import.meta.url));
const published = Object.keys(inventories) as ResNetName[];

test("the table has the inventory's variants, and one for small pictures", () => {
  expect([...resnetNames].sort()).toEqual([...published, "resnet18_32"].sort());
});

describe.each(published)("%s", (name) => {
  const { params, macs, tensors, blocks, shapes, buffers = {}, tags } = inventories[name];

  test("has timm's parameters and buffers: names, shapes and count, with nothing allocated", () => {
    const before = engine().state.numTensors;
    const model = createResNet(name);
    const shapesOf = (isBuffer: boolean) =>
      Object.fromEntries(
        [...model.state()].flatMap(([path, { shape, buffer }]) => (buffer === isBuffer ? [[path, [...shape]]] : [])),
      );
    expect(shapesOf(false)).toEqual(unfolded(shapes, blocks));
    const kept = Object.entries(buffers).filter(([path]) => !path.endsWith("num_batches_tracked"));
    expect(shapesOf(true)).toEqual(unfolded(Object.fromEntries(kept), blocks));
    expect(model.params().size).toBe(tensors);
    expect(model.paramCount).toBe(params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has the table's count, and timm's multiply-adds", () => {
    const { layers, ...counted } = summarize(createResNet(name), [1, 224, 224, 3]);
    expect(counted).toEqual({ params: resnetVariants[name].params, macs });
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });

  test("has timm's checkpoints, the default first, with the pixels and the licence that timm states", () => {
    const ours = pretrainedResNets(name);
    expect(Object.keys(ours)).toEqual(Object.keys(tags));
    for (const [tag, one] of Object.entries(ours)) {
      const timm = tags[tag]!;
      expect({ tag, ...one }).toEqual({
        tag,
        hub: timm.hf_hub_id,
        labels: "imagenet-1k",
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

test("the one for 32 pixels keeps them all in its first stage, and has 0.56 G multiply-adds as the field counts them", () => {
  const { layers, macs } = summarize(createResNet("resnet18_32"), [1, 32, 32, 3]);
  const shapes = Object.fromEntries(layers.map(({ path, shape }) => [path, shape]));
  expect(shapes).toMatchObject({ "layer1.0": [1, 32, 32, 64], "layer4.1": [1, 4, 4, 512], fc: [1, 10] });
  expect(macs / 1e9).toBeCloseTo(0.56, 2);
});
