// Every published variant against timm's inventory: names, shapes and counts of all parameters; multiply-adds against
// the figures that docs and papers print (measured with fvcore and the formula P·3p²·D + L·(4ND² + 2NDM + 2N²D) + DC).
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createVit } from "./create.ts";
import { type VitName, vitNames, vitVariants } from "./variants.ts";

interface Inventory {
  params: number;
  blocks: number;
  tensors: number;
  /** Block 0 stands for all. */
  shapes: Record<string, number[]>;
}

const file = await readFixture(new URL("./__fixtures__/inventories.json", import.meta.url));
const inventories = JSON.parse(new TextDecoder().decode(file)) as Record<VitName, Inventory>;

function allShapes({ blocks, shapes }: Inventory): Record<string, number[]> {
  const expanded = Object.entries(shapes).flatMap(([path, shape]) =>
    path.startsWith("blocks.0.")
      ? Array.from({ length: blocks }, (_, i): [string, number[]] => [path.replace("blocks.0.", `blocks.${i}.`), shape])
      : [[path, shape] as [string, number[]]],
  );
  return Object.fromEntries(expanded);
}

/** stem.test.ts has the others, which are ours. */
const published = vitNames.filter((name) => name in inventories);

test("the table has the inventory's variants, and two for small pictures", () => {
  const ours = ["vit_pooled_stem_32", "vit_whitened_stem_32"];
  expect([...vitNames].sort()).toEqual([...Object.keys(inventories), ...ours].sort());
});

describe.each(published)("%s", (name) => {
  test("has timm's parameters: names, shapes and count, with nothing allocated", () => {
    const before = engine().state.numTensors;
    const model = createVit(name);
    const shapes = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
    expect(shapes).toEqual(allShapes(inventories[name]));
    expect(Object.keys(shapes)).toHaveLength(inventories[name].tensors);
    expect(model.paramCount).toBe(inventories[name].params);
    expect(vitVariants[name].params).toBe(inventories[name].params);
    expect(engine().state.numTensors).toBe(before);
  });

  test("a summary's columns add up to the totals", () => {
    const model = createVit(name);
    const { imageSize } = vitVariants[name];
    const { layers, params, macs } = summarize(model, [1, imageSize, imageSize, 3]);
    expect(params).toBe(model.paramCount);
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(macs);
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
    expect(layers[0]!.shape).toEqual([1, vitVariants[name].classes || vitVariants[name].width]);
  });
});

// Giga, with the digits that are printed.
const macs: Partial<Record<VitName, string>> = {
  vit_tiny_patch16_224: "1.2537",
  vit_tiny_patch16_384: "4.6822",
  vit_small_patch32_224: "1.1429",
  vit_small_patch32_384: "3.4429",
  vit_small_patch16_224: "4.5989",
  vit_small_patch16_384: "15.4904",
  vit_small_patch8_224: "22.405",
  vit_base_patch32_224: "4.4092",
  vit_base_patch32_384: "13.0436",
  vit_base_patch16_224: "17.5638",
  vit_base_patch16_384: "55.4844",
  vit_base_patch8_224: "78.148",
  vit_large_patch32_224: "15.377",
  vit_large_patch32_384: "45.276",
  vit_large_patch16_224: "61.555",
  vit_large_patch16_384: "191.066",
  vit_large_patch14_224: "81.013",
  vit_huge_patch14_224: "167.294",
  vit_giant_patch14_224: "267.03",
  vit_gigantic_patch14_224: "483.75",
  deit_tiny_patch16_224: "1.254",
  deit_small_patch16_224: "4.599",
  deit_base_patch16_224: "17.564",
  deit_base_patch16_384: "55.484",
  deit_tiny_distilled_patch16_224: "1.261",
  deit_small_distilled_patch16_224: "4.624",
  deit_base_distilled_patch16_224: "17.657",
  deit_base_distilled_patch16_384: "55.591",
  deit3_medium_patch16_224: "7.991",
  deit3_huge_patch14_224: "167.295",
  vit_small_patch14_dinov2: "46.70",
  vit_base_patch14_dinov2: "151.57",
  vit_large_patch14_dinov2: "506.80",
  vit_giant_patch14_dinov2: "1783.3",
  vit_small_patch14_reg4_dinov2: "46.88",
  vit_base_patch14_reg4_dinov2: "152.12",
  vit_large_patch14_reg4_dinov2: "508.55",
  vit_giant_patch14_reg4_dinov2: "1789.2",
  flexivit_small: "5.336",
  flexivit_base: "20.270",
  flexivit_large: "70.938",
};

test.each(Object.entries(macs))("%s spends %s G multiply-adds", (name, expected) => {
  const { imageSize } = vitVariants[name as VitName];
  const digits = expected.split(".")[1]!.length;
  expect((summarize(createVit(name), [1, imageSize, imageSize, 3]).macs / 1e9).toFixed(digits)).toBe(expected);
});

test("sizes that several papers print alike", () => {
  const count = (name: VitName) => summarize(createVit(name), [1, 224, 224, 3]).macs;
  expect(count("deit_base_patch16_224")).toBe(count("vit_base_patch16_224"));
  expect(count("deit3_base_patch16_224")).toBe(count("vit_base_patch16_224"));
});
