import { expect, test } from "vitest";
import { TesseraError } from "../errors.ts";
import { blockFeatures } from "./feature-info.ts";
import { publishedByTimm } from "./pretrained.ts";
import { variantConfig } from "./variant.ts";

const variants = {
  net_s: { width: 4, params: 10, source: "https://example.org" },
  net_b: { width: 8, params: 20, source: "https://example.org" },
};

test("a variant's config is what the table says of the model alone", () => {
  expect(variantConfig<{ width: number }>("createNet", variants, "net_b")).toEqual({ width: 8 });
});

test("a name that is none gets the nearest", () => {
  for (const name of ["net_", "toString"]) {
    const run = () => variantConfig<{ width: number }>("createNet", variants, name);
    expect(run).toThrow(new RegExp(`^createNet: expected a variant, got "${name}"; did you mean net_[sb]\\?$`));
    expect(run).toThrow(TesseraError);
  }
});

test("checkpoints lie under variant and tag", () => {
  const entry = {
    labels: "none",
    classes: 0,
    cropPct: 1,
    interpolation: "bicubic",
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    license: "apache-2.0",
  } as const;
  expect(publishedByTimm("net_s", { in1k: entry })).toEqual({ in1k: { hub: "timm/net_s.in1k", ...entry } });
  expect(publishedByTimm("net_b")).toEqual({});
});

test("blocks of one width and grid are told apart by their paths", () => {
  expect(blockFeatures(2, 16, [8, 4])).toEqual([
    { channels: 16, reduction: 8, path: "blocks.0" },
    { channels: 16, reduction: 8, path: "blocks.1" },
  ]);
});
