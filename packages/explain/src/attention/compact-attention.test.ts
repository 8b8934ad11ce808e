import { type Tensor4D, randomUniform } from "@tensorflow/tfjs-core";
import { afterAll, expect, test } from "vitest";
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { attentionHeatmap } from "./attention-heatmap.ts";
import { attentionMaps } from "./attention-maps.ts";
import { compactAttention, compactHeatmap } from "./compact-attention.ts";

const config = { imageSize: 16, patchSize: 4, width: 24, depth: 2, heads: 2, classes: 3 };
const images: Tensor4D = randomUniform([1, 16, 16, 3], -1, 1, "float32", 1);
afterAll(() => images.dispose());

test.each([true, false])("shows what the maps show, within their bytes; class token: %s", async (classToken) => {
  using model = new SmallVit({ ...config, classToken }).init(3);
  const maps = await attentionMaps(model, images);
  const [compact, fused] = [compactAttention(maps), compactAttention(maps, 100)];
  expect([compact.blocks[0]!.heads, fused.blocks[0]!.heads]).toEqual([2, 1]);
  for (const options of [
    { block: 1 },
    { block: 0, head: 1 },
    { block: 1, from: { row: 2, column: 3 } },
    { block: 0, head: 0, from: { row: 0, column: 1 } },
  ]) {
    const exact = attentionHeatmap(maps, options);
    const error = Math.max(...exact.values) / 255;
    const shown = options.head === undefined ? [compact, fused] : [compact];
    for (const heatmap of shown.map((one) => compactHeatmap(one, options))) {
      expect([heatmap.rows, heatmap.columns]).toEqual([4, 4]);
      for (const [i, value] of exact.values.entries()) expect(Math.abs(heatmap.values[i]! - value)).toBeLessThan(error);
    }
  }
  expect(() => compactHeatmap(fused, { block: 0, head: 1 })).toThrow("a block and a head that there are");
  expect(() => compactHeatmap(compact, { block: 0, from: { row: 4, column: 0 } })).toThrow("4 rows and 4 columns");
});
