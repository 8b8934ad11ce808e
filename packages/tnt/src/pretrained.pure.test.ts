import { readFixture } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { pretrainedTnts } from "./pretrained.ts";
import { type TntName, tntVariants } from "./variants.ts";

interface Tag {
  hf_hub_id: string;
  input_size: [number, number, number];
  interpolation: string;
  crop_pct: number;
  mean: number[];
  std: number[];
  num_classes: number;
  license: string;
}

const file = await readFixture(new URL("./__fixtures__/inventories.json", import.meta.url));
const inventories = JSON.parse(new TextDecoder().decode(file)) as Record<string, { tags: Record<string, Tag> }>;
const published = Object.keys(inventories) as TntName[];

describe.each(published)("%s", (name) => {
  test("has timm's checkpoints, the default first", () => {
    expect(Object.keys(pretrainedTnts(name))).toEqual(Object.keys(inventories[name]!.tags));
  });

  test("expects the pixels that timm feeds them, under the licence that timm states", () => {
    for (const [tag, { top1, ...ours }] of Object.entries(pretrainedTnts(name))) {
      const timm = inventories[name]!.tags[tag]!;
      // Of other classes and of features there is none.
      expect(top1 === undefined || (timm.num_classes === 1000 && top1 > 70 && top1 < 90)).toBe(true);
      expect({ tag, ...ours }).toEqual({
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
      expect(timm.input_size).toEqual([3, tntVariants[name].imageSize, tntVariants[name].imageSize]);
    }
  });
});

test("TNT-Ti has none", () => {
  expect(pretrainedTnts("tnt_ti_patch16_224")).toEqual({});
});
