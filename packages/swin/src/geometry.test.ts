// Indices, masks, coordinates and tables for other windows, against timm's and Microsoft's.
import { tensor } from "@tensorflow/tfjs-core";
import { RelativePositionBias, relativeIndex, shiftMask } from "@tessera/core";
import { readGoldens, restore } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { logCoordinates } from "./continuous-bias.ts";
import { createSwin } from "./create.ts";

const goldens = await readGoldens(new URL("./__fixtures__/swin_geometry.safetensors", import.meta.url));

/** What lies under a prefix, with the numbers in its name. */
function under(prefix: string): [name: string, numbers: number[]][] {
  const names = [...goldens.tensors.keys()].filter((name) => name.startsWith(prefix));
  return names.map((name) => [name, name.match(/\d+/g)!.map(Number)]);
}

test.each(under("relative_position_index/"))("%s", (name, [h, w]) => {
  expect(relativeIndex([h!, w!])).toEqual(goldens.get(name).data);
});

test.each(under("attn_mask/"))("%s", (name, [rows, columns, h, w, down, right]) => {
  const windows = { grid: [rows!, columns!], window: [h!, w!], shift: [down!, right!], padFirst: false } as const;
  expect(shiftMask(windows, -100)).toEqual(goldens.get(name).data);
});

test.each(under("log_coords/"))("%s", async (name, [window, pretrainedWindow]) => {
  const { shape } = goldens.get(name);
  const coordinates = logCoordinates({ window: [window!, window!], pretrainedWindow });
  await expect(tensor(coordinates, shape)).toBeAllClose(goldens.get(name), { atol: 1e-6 });
});

describe("a table for windows of four", () => {
  const path = "relative_position_bias_table";

  test.each(under("table/timm").concat(under("table/bicubic")))("becomes %s", async (name, [window]) => {
    const rule = name.includes("timm") ? "geometric" : "swin";
    using bias = new RelativePositionBias({ window: [window!, window!], heads: 3, rule });
    await bias.load({ [path]: restore(goldens.get("table/window4")) });
    await expect(bias.relativePositionBiasTable.value).toBeAllClose(goldens.get(name), { atol: 1e-5 });
  });

  test.each([
    [undefined, "timm"],
    ["swin", "bicubic"],
  ] as const)("is resized at load by the rule %s of the config, and said", async (tableRule, rule) => {
    const small = { imageSize: 32, patchSize: 2, width: 6, depths: [1], heads: [3], classes: 2 };
    using model = createSwin("swin_tiny_patch4_window7_224", { ...small, windowSize: 4 }).init(1);
    using other = createSwin("swin_tiny_patch4_window7_224", { ...small, windowSize: 7, tableRule });
    const weights = Object.fromEntries([...model.params()].map(([name, { value }]) => [name, value]));
    const table = `layers.0.blocks.0.attn.${path}`;
    const adapted: object[] = [];
    const loading = { ...weights, [table]: restore(goldens.get("table/window4")) };
    await other.load(loading, { onAdapt: (one) => adapted.push(one) });
    expect(adapted).toEqual([{ path: table, from: [49, 3], to: [169, 3] }]);
    await expect(other.params().get(table)!.value).toBeAllClose(goldens.get(`table/${rule}_window7`), { atol: 1e-5 });
  });
});
