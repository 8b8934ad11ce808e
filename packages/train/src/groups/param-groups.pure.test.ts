import { Linear, Module, Param, zeros } from "@tessera/core";
import { describe, expect, test } from "vitest";
import stored from "../__fixtures__/training_layer_decay.json" with { type: "json" };
import { SmallVit } from "../__fixtures__/small-vit.ts";
import { maeLayers } from "./layers.ts";
import { paramGroups } from "./param-groups.ts";

const size = { imageSize: 32, patchSize: 8, width: 24, depth: 3, heads: 3, classes: 10 };
type Groups = Record<string, { scale: number; weight_decay: number }>;

function expectGroups(model: SmallVit, groups: Groups, options = {}): void {
  const got = paramGroups(model, { weightDecay: 0.05, layerDecay: 0.75, ...options });
  expect(new Set(got.keys())).toEqual(new Set(Object.keys(groups)));
  for (const [path, { rateScale, weightDecay }] of got) {
    expect(rateScale, path).toBeCloseTo(groups[path]!.scale, 12);
    expect(weightDecay, path).toBe(groups[path]!.weight_decay);
  }
}

describe("are timm's", () => {
  test.each([
    ["vit", {}],
    ["vit_avgpool", { pool: "mean" }],
    ["vit_registers_layerscale", { registers: 2, layerScale: 1e-4 }],
    ["deit_distilled", { distilled: true }],
  ] as const)("%s", (name, change) => {
    expectGroups(new SmallVit({ ...size, ...change }), stored[name]["0.75"]);
  });

  test("or MAE's", () => {
    const model = new SmallVit({ ...size, pool: "mean" });
    expectGroups(model, stored.mae["0.75"], { layerOf: maeLayers(model) });
    const token = new SmallVit(size);
    expect(paramGroups(token, { layerDecay: 0.5, layerOf: maeLayers(token) }).get("norm.weight")!.rateScale).toBe(1);
  });
});

class Staged extends Module {
  readonly stem = new Linear(2, 2);
  readonly pixelPos = new Param([1, 2], zeros);
  readonly pair = new Param([1, 2], zeros);
  readonly stages = [new Linear(2, 2), new Linear(2, 2)];
  readonly head = new Linear(2, 2);

  override layerOf(path: string): number {
    return path.startsWith("head") ? 3 : path.startsWith("stages") ? Number(path[7]) + 1 : 0;
  }
}

test("a model may bring its own layers, and a caller others", () => {
  const own = paramGroups(new Staged(), { layerDecay: 0.5 });
  expect([...own.values()].map(({ rateScale }) => rateScale)).toEqual([1, 1, 1, 1, 2, 2, 4, 4, 8, 8].map((n) => n / 8));
  const two = paramGroups(new Staged(), { layerDecay: 0.5, layerOf: (path) => (path.startsWith("head") ? 1 : 0) });
  expect([...two.values()].map(({ rateScale }) => rateScale)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2].map((n) => n / 2));
});

test("decays matrices, but neither positions nor tokens, unless told otherwise", () => {
  const decaying = (options = {}) =>
    [...paramGroups(new Staged(), { weightDecay: 1, ...options })].flatMap(([path, group]) =>
      group.weightDecay ? path : [],
    );
  expect(decaying()).toEqual(["stem.weight", "pair", "stages.0.weight", "stages.1.weight", "head.weight"]);
  expect(decaying({ decays: (path: string) => path === "head.bias" })).toEqual(["head.bias"]);
});

test("layers that nothing tells are an error", () => {
  expect(() => paramGroups(new Linear(1, 1), { layerDecay: 0.5 })).toThrow(
    "layersOf: expected a model with blocks, got Linear without; give a rule",
  );
});
