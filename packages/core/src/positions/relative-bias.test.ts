// Values and gradients inside attention, with and without class token: layers/layers.goldens.test.ts.
import type { Tensor } from "@tensorflow/tfjs-core";
import { expectNoLeak, readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { RelativePositionBias } from "./relative-bias.ts";

const goldens = await readGoldens(new URL("../__fixtures__/layers.safetensors", import.meta.url));
const path = "relative_position_bias_table";

test("pairs with the same displacement share an entry", async () => {
  const bias = new RelativePositionBias({ window: [2, 2], heads: 1 });
  bias.relativePositionBiasTable.set(Float32Array.from({ length: 9 }, (_, i) => i));
  // Row: query; column: key. Swin's index of 2×2: [[4, 3, 1, 0], [5, 4, 2, 1], [7, 6, 4, 3], [8, 7, 5, 4]].
  await expect(bias.bias()).toBeAllClose([
    [
      [4, 3, 1, 0],
      [5, 4, 2, 1],
      [7, 6, 4, 3],
      [8, 7, 5, 4],
    ],
  ]);
  bias.dispose();
});

test("a class token has entries of its own: to patches, from patches, to itself", async () => {
  const bias = new RelativePositionBias({ window: [1, 2], heads: 1, prefix: 1 });
  bias.relativePositionBiasTable.set(Float32Array.of(0, 1, 2, 10, 20, 30));
  await expect(bias.bias()).toBeAllClose([
    [
      [30, 10, 10],
      [20, 1, 0],
      [20, 2, 1],
    ],
  ]);
  bias.dispose();
});

describe("a table of another window", () => {
  const cases = [
    ["swin", [4, 4]],
    ["swin", [5, 3]],
    ["swin", [2, 2]],
    ["geometric", [4, 4]],
    ["geometric", [6, 5]],
  ] as const;

  test.each(cases)("%s to %j is the project's own, the class token's entries copied", async (rule, window) => {
    using bias = new RelativePositionBias({ window, heads: 2, prefix: 1, rule });
    await bias.load({ [path]: restore(goldens.get("table/stored")) });
    const expected = goldens.get(`table/${rule}/${window.join("x")}`);
    await expect(bias.relativePositionBiasTable.value).toBeAllClose(expected);
  });

  test("that fits is taken as it is", async () => {
    using bias = new RelativePositionBias({ window: [3, 3], heads: 2, prefix: 1 });
    await bias.load({ [path]: restore(goldens.get("table/stored")) });
    await expect(bias.relativePositionBiasTable.value).toBeAllClose(goldens.get("table/stored"));
  });

  test("of other heads, or of no window, is refused", async () => {
    const load = (table: Tensor, heads: number, prefix: 0 | 1) =>
      new RelativePositionBias({ window: [4, 4], heads, prefix }).load({ [path]: table });
    const table = restore(goldens.get("table/stored"));
    await expect(load(table, 3, 1)).rejects.toThrow(`${path}: expected [52, 3], got [28, 2]`);
    await expect(load(table, 2, 0)).rejects.toThrow(`${path}: expected [49, 2], got [28, 2]`);
  });
});

test("leaks nothing", async () => {
  using bias = new RelativePositionBias({ window: [2, 3], heads: 2 }).init(1);
  await expectNoLeak(() => bias.bias().dispose());
});
