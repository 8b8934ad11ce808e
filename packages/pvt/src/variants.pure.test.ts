// Every published variant against timm's inventory, and the authors' of version 1: names, shapes and counts of all parameters,
// multiply-adds, and what timm says of its checkpoints.
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { type InventoryTag, readInventories, unfolded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createPvt } from "./create.ts";
import { pretrainedPvts } from "./pretrained.ts";
import { type PvtName, pvtNames, pvtVariants } from "./variants.ts";

const inventories = await readInventories<PvtName>(new URL("./__fixtures__/inventories.json", import.meta.url));

test("the table has the inventory's variants", () => {
  expect([...pvtNames].sort()).toEqual(Object.keys(inventories).sort());
});

describe.each(pvtNames)("%s", (name) => {
  const inventory = inventories[name];
  const { params, macs, tensors, tags } = inventory;

  test("has the reference's parameters: names, shapes and count, with nothing allocated", () => {
    const before = engine().state.numTensors;
    const model = createPvt(name);
    const shapes = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
    expect(shapes).toEqual(unfolded(inventory.shapes, inventory.blocks));
    expect(model.params().size).toBe(tensors);
    expect(model.paramCount).toBe(params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("has the table's count, and the reference's multiply-adds", () => {
    const { layers, ...counted } = summarize(createPvt(name), [1, 224, 224, 3]);
    expect(counted).toEqual({ params: pvtVariants[name].params, macs });
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });

  test("has timm's pixels and licence for its checkpoints", () => {
    for (const { hub: _, labels, classes, cropPct, top1 = 0, ...one } of Object.values(pretrainedPvts(name))) {
      const [{ interpolation, crop_pct, mean, std, num_classes, license }] = Object.values(tags) as [InventoryTag];
      expect(labels).toBe("imagenet-1k");
      expect(top1 > 70 && top1 < 90).toBe(true);
      expect({ classes, cropPct, ...one }).toEqual({
        classes: num_classes,
        cropPct: crop_pct,
        interpolation,
        mean,
        std,
        license,
      });
    }
  });
});

test("checkpoints of version 2 lie where timm has them", () => {
  const hubs = (name: PvtName) => Object.values(pretrainedPvts(name)).map(({ hub }) => hub);
  const second = pvtNames.filter((name) => pvtVariants[name].version === 2);
  expect(second).toHaveLength(7);
  for (const name of second)
    expect(hubs(name)).toEqual(Object.values(inventories[name].tags).map(({ hf_hub_id }) => hf_hub_id));
});

test("of version 1 the hub is known to have the smallest alone", () => {
  const first = pvtNames.filter((name) => pvtVariants[name].version === 1);
  expect(first.map((name) => Object.values(pretrainedPvts(name)).map(({ hub }) => hub))).toEqual([
    ["Xrenya/pvt-tiny-224"],
    [],
    [],
    [],
  ]);
});
