// Every published variant against timm's inventory: names, shapes and counts of all parameters; multiply-adds against the
// formula and the figures that facts and papers print.
import { engine } from "@tensorflow/tfjs-core";
import { summarize } from "@tessera/core";
import { readFixture } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { createTnt } from "./create.ts";
import { type TntName, tntNames, tntVariants } from "./variants.ts";

interface Inventory {
  params: number;
  blocks: number;
  tensors: number;
  /** Block 0 stands for all. */
  shapes: Record<string, number[]>;
}

const file = await readFixture(new URL("./__fixtures__/inventories.json", import.meta.url));
const inventories = JSON.parse(new TextDecoder().decode(file)) as Record<string, Inventory>;
const published = Object.keys(inventories) as TntName[];

function allShapes({ blocks, shapes }: Inventory): Record<string, number[]> {
  const expanded = Object.entries(shapes).flatMap(([path, shape]) =>
    path.startsWith("blocks.0.")
      ? Array.from({ length: blocks }, (_, i): [string, number[]] => [path.replace("blocks.0.", `blocks.${i}.`), shape])
      : [[path, shape] as [string, number[]]],
  );
  return Object.fromEntries(expanded);
}

test("the table has the inventory's variants, and the paper's smallest", () => {
  expect([...tntNames].sort()).toEqual([...published, "tnt_ti_patch16_224"].sort());
});

test.each(published)("%s has timm's parameters: names, shapes and count, with nothing allocated", (name) => {
  const before = engine().state.numTensors;
  const model = createTnt(name);
  const inventory = inventories[name]!;
  const shapes = Object.fromEntries([...model.params()].map(([path, { shape }]) => [path, [...shape]]));
  expect(shapes).toEqual(allShapes(inventory));
  expect(Object.keys(shapes)).toHaveLength(inventory.tensors);
  expect(model.paramCount).toBe(inventory.params);
  expect(engine().state.numTensors).toBe(before);
});

/** Facts 3b: L·{196·[16·12c² + 2·16²·c] + 196·16c·D + 197·12·D² + 2·197²·D} + 147·c·16·196 + 16c·D·196 + D·C */
function formula(name: TntName): number {
  const { width: D, innerWidth: c, depth, classes } = tntVariants[name];
  const inner = 196 * (16 * 12 * c ** 2 + 2 * 16 ** 2 * c);
  const outer = 197 * 12 * D ** 2 + 2 * 197 ** 2 * D;
  return depth * (inner + 196 * 16 * c * D + outer) + 147 * c * 16 * 196 + 16 * c * D * 196 + D * classes;
}

const macs: Record<TntName, number> = {
  tnt_ti_patch16_224: 1_403_721_984,
  tnt_s_patch16_224: 5_216_875_008,
  tnt_b_patch16_224: 14_049_082_880,
  tnt_s_legacy_patch16_224: 5_216_875_008,
};

describe.each(tntNames)("%s", (name) => {
  test("has the table's count, and the multiply-adds of the formula", () => {
    const { layers, params, macs: counted } = summarize(createTnt(name), [1, 224, 224, 3]);
    expect(params).toBe(tntVariants[name].params);
    expect(counted).toBe(macs[name]);
    expect(counted).toBe(formula(name));
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(counted);
  });

  test("a summary shows every part once, with its shape", () => {
    const model = createTnt(name, { depth: 1 });
    const { layers } = summarize(model, [2, 224, 224, 3]);
    expect(layers.map(({ path }) => path).sort()).toEqual([...model.modules().keys()].sort());
    const shapes = Object.fromEntries(layers.map(({ path, shape }) => [path, shape]));
    const { width, innerWidth } = tntVariants[name];
    expect(shapes).toMatchObject({
      "": [2, 1000],
      pixel_embed: [392, 16, innerWidth],
      norm2_proj: [2, 196, width],
      "blocks.0.attn_in": [392, 16, innerWidth],
      "blocks.0": [2, 197, width],
      norm: [2, 197, width],
    });
    expect(layers.every(({ shape }) => shape!.length > 0)).toBe(true);
  });
});

test("TNT-Ti is as large as the paper says: 6.1 M parameters, 1.4 G multiply-adds", () => {
  const { params, macs: counted } = summarize(createTnt("tnt_ti_patch16_224"), [1, 224, 224, 3]);
  expect([(params / 1e6).toFixed(1), (counted / 1e9).toFixed(1)]).toEqual(["6.1", "1.4"]);
});
