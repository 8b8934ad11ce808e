import { memory } from "@tensorflow/tfjs-core";
import { HALF_MEAN, HALF_STD, type Preprocessing } from "@tessera/data";
import { createBackbone } from "@tessera/pipeline";
import { expect, test } from "vitest";
import { seenInside } from "./seen-inside.ts";

const preprocessing: Preprocessing = {
  size: [32, 32],
  resize: { rule: "short-side", pixels: 32 },
  interpolation: "bicubic",
  centre: "round",
  fill: [0, 0, 0],
  scale: 1 / 255,
  mean: HALF_MEAN,
  std: HALF_STD,
};
const image = { width: 64, height: 32, data: Uint8Array.from({ length: 64 * 32 * 3 }, (_, i) => (i * 7) % 256) };

/** Looks into a small model with random weights. */
async function seen(variant: string, overrides: object, limit?: number) {
  const before = memory().numTensors;
  const model = (await createBackbone(variant, { imageSize: 32, classes: 4, ...overrides })).init(1);
  const labels = ["a", "b", "c", "d"];
  const { signal } = new AbortController();
  const inside = await seenInside({ model, preprocessing, labels }, image, {
    target: 2,
    limit,
    signal,
    onProgress: () => {},
  });
  model.dispose();
  // With the model, as kernels may keep weights in a form of their own for as long as it lives.
  expect(memory().numTensors, "leaked tensors").toBe(before);
  return inside;
}

test("a ViT, from its patches to what its head would say", async () => {
  const inside = await seen("vit_tiny_patch16_224", { patchSize: 8, depth: 2, width: 24, heads: 3, mlpDim: 48 });
  const { stem, grid, attention, tokens, frame, lens, distances, positions, maps } = inside;
  expect([stem, grid, frame]).toEqual(["patches", [4, 4], { left: 16, top: 0, width: 32, height: 32 }]);
  expect(attention!.blocks.map(({ heads }) => heads)).toEqual([3, 3]);
  expect([tokens!.width, tokens!.shown, tokens!.prefix]).toEqual([24, 8, 1]);
  expect([tokens!.projected.length, tokens!.positions!.length, tokens!.blocks[1]!.length]).toEqual([128, 128, 136]);
  expect([lens.length, distances.length, positions!.length]).toEqual([2, 6, 256]);
  expect(Object.keys(maps)).toEqual(["relevance", "rollout"]);
  expect(inside.withoutAttention).toBeUndefined();
});

test("a TNT, whose patches have words inside", async () => {
  const sizes = { patchSize: 8, depth: 2, width: 32, heads: 2, innerWidth: 8, innerHeads: 2 };
  const { stem, grid, attention, tokens, lens } = await seen("tnt_s_patch16_224", sizes);
  expect([stem, grid]).toEqual(["words", [4, 4]]);
  expect(attention!.blocks.map(({ heads }) => heads)).toEqual([2, 2]);
  expect([tokens!.width, tokens!.prefix, tokens!.blocks.length, lens.length]).toEqual([32, 1, 2, 2]);
});

test("a Swin, whose tokens look inside of windows on grids of their own", async () => {
  const sizes = { width: 12, depths: [2, 1], heads: [2, 3], windowSize: 4 };
  const { windows, attention, withoutAttention, maps } = await seen("swin_tiny_patch4_window7_224", sizes);
  expect([attention, withoutAttention, Object.keys(maps)]).toEqual([undefined, undefined, ["gradCam"]]);
  expect(windows!.map(({ grid, heads, area }) => [grid, heads, area])).toEqual([
    [[8, 8], 2, 16],
    [[8, 8], 2, 16],
    [[4, 4], 3, 16],
  ]);
  const fused = await seen("swin_tiny_patch4_window7_224", sizes, 1);
  const [first] = windows!;
  const [mean] = fused.windows!;
  expect(mean!.heads).toBe(1);
  // Of the first window's first two heads.
  for (let i = 0; i < 256; i++)
    expect(mean!.values[i]).toBeCloseTo((first!.values[i]! + first!.values[256 + i]!) / 2, 6);
});

test("a model without attention is looked into by its last features, and says why", async () => {
  const { withoutAttention, attention, maps, tokens, lens, positions } = await seen("airbench_small", {});
  expect(withoutAttention).toContain("expected a model with attention among its tokens");
  expect([attention, tokens, positions, lens]).toEqual([undefined, undefined, undefined, []]);
  expect(Object.keys(maps)).toEqual(["gradCam"]);
});
