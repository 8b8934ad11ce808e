// A model that answers for one reason only has to be explained by that reason; what cannot be explained is refused.
import { type Tensor2D, type Tensor4D, argMax, reshape, slice, sum } from "@tensorflow/tfjs-core";
import { Linear, Module } from "@tessera/core";
import { afterAll, describe, expect, test } from "vitest";
import { brightPatches, trained } from "./__fixtures__/bright-patch.ts";
import { SmallVit } from "./__fixtures__/small-vit.ts";
import { attentionHeatmap } from "./attention/attention-heatmap.ts";
import { attentionMaps } from "./attention/attention-maps.ts";
import { gradientRollout, relevance } from "./attention/relevance.ts";
import { attentionRollout } from "./attention/rollout.ts";
import { gradCam } from "./attribution/grad-cam.ts";
import { integratedGradients, perPatch } from "./attribution/integrated-gradients.ts";
import { occlusion } from "./attribution/occlusion.ts";
import { type Heatmap, normalized, peak } from "./heatmap.ts";
import { deletionCurve, insertionCurve, roadCurve } from "./trust/curves.ts";
import { rankCorrelation } from "./trust/rank-correlation.ts";
import { sanityCheck } from "./trust/sanity-check.ts";
import { innerAttention } from "./attention/inner-attention.ts";

const model = await trained();
const { images, labels, places } = brightPatches(6, 1000);
const one = (i: number) => slice(images, [i, 0, 0, 0], [1, -1, -1, -1]) as Tensor4D;
afterAll(() => model.dispose());

const methods: Record<string, (of: SmallVit) => Promise<Heatmap[]>> = {
  relevance: (of) => relevance(of, images),
  "gradient-weighted rollout": (of) => gradientRollout(of, images),
  "Grad-CAM": (of) => gradCam(of, images),
  "integrated gradients": async (of) =>
    (await integratedGradients(of, images, { steps: 8 })).map((map) => perPatch(map, 4)),
  occlusion: (of) => Promise.all(places.map((_, i) => occlusion(of, one(i), { size: 4 }))),
};

describe("of a model that has learnt to find a bright patch", () => {
  test("the answers are right", async () => {
    expect([...(await argMax(model.forward(images), 1).data())]).toEqual([...labels]);
  });

  // Grad-CAM does not: a token's own features say little of what attention takes from it. The README says so.
  test.each(Object.keys(methods).filter((name) => name !== "Grad-CAM"))("%s peaks at the patch", async (name) => {
    const maps = await methods[name]!(model);
    expect(maps.map((map) => peak(map).join())).toEqual(places.map((place) => place.join()));
  });

  test.each(Object.keys(methods))(
    "%s is of the model, and not of the picture: other weights, another map",
    async (name) => {
      using other = new SmallVit({ imageSize: 16, patchSize: 4, width: 24, depth: 2, heads: 2, classes: 3 }).init(2);
      const [maps, others] = [await methods[name]!(model), await methods[name]!(other)];
      const likeness = maps.map((map, i) => rankCorrelation(map, others[i]!));
      expect(likeness.reduce((total, value) => total + value, 0) / likeness.length).toBeLessThan(0.5);
    },
  );

  test("hiding what relevance finds costs the answer at once, and showing it brings it", async () => {
    const areas = { hidden: 0, shown: 0, hiddenLast: 0, shownLast: 0 };
    for (const [i, map] of (await relevance(model, images)).entries()) {
      const against = { ...map, values: map.values.map((value) => -value) };
      const [hidden, shown] = [await deletionCurve(model, one(i), map), await insertionCurve(model, one(i), map)];
      expect([hidden.points.length, hidden.points[0]![0], hidden.points.at(-1)![0]]).toEqual([17, 0, 1]);
      expect(hidden.points[0]![1]).toBeGreaterThan(0.9);
      expect(shown.points.at(-1)![1]).toBeCloseTo(hidden.points[0]![1], 5);
      expect(shown.points[1]![1]).toBeGreaterThan(0.9);
      areas.hidden += hidden.area;
      areas.shown += shown.area;
      areas.hiddenLast += (await deletionCurve(model, one(i), against)).area;
      areas.shownLast += (await insertionCurve(model, one(i), against)).area;
    }
    // Without the patch the model still says some colour, which may be the right one.
    expect(areas.hidden).toBeLessThan(0.7 * areas.hiddenLast);
    expect(areas.shown).toBeGreaterThan(1.2 * areas.shownLast);
  });
});

test("filling in what relevance finds costs the answer, and what it leaves does not", async () => {
  let [first, last] = [0, 0];
  for (const [i, map] of (await relevance(model, images)).entries()) {
    const most = await roadCurve(model, one(i), map, { steps: 4 });
    expect(most.points.map(([share]) => share)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    first += most.area;
    last += (await roadCurve(model, one(i), map, { steps: 4, order: "least" })).area;
  }
  expect(first).toBeLessThan(0.7 * last);
});

test("the sanity check gives the model its weights back, also after an error", async () => {
  const before = await model.forward(images).data();
  const explain = () => relevance(model, images);
  const likeness = await sanityCheck(model, explain, { seed: 2 });
  expect(likeness).toHaveLength(6);
  expect(likeness.reduce((total, value) => total + value, 0) / 6).toBeLessThan(0.5);
  expect(await sanityCheck(model, async () => [{ values: Float32Array.of(1, 2, 3), rows: 1, columns: 3 }])).toEqual([
    1,
  ]);
  let calls = 0;
  const failing = () => (calls++ > 0 ? Promise.reject(new Error("no")) : explain());
  await expect(sanityCheck(model, failing)).rejects.toThrow("no");
  expect(await model.forward(images).data()).toEqual(before);
  await expect(innerAttention(model, one(0), { patch: { row: 0, column: 0 } })).rejects.toThrow("innerAttention: expected a TNT"); // prettier-ignore
});

test("a model without class token is looked at from its patches, and one that does not say its layout by what is given", async () => {
  using patches = new SmallVit({ imageSize: 16, patchSize: 4, width: 24, depth: 1, heads: 2, classes: 3, classToken: false }).init(1); // prettier-ignore
  const [map] = attentionRollout(await attentionMaps(patches, images));
  expect(map!.values.reduce((total, value) => total + value, 0)).toBeCloseTo(1, 5);
  const untold = { forward: patches.forward.bind(patches) };
  await expect(attentionMaps(untold, images)).rejects.toThrow(
    "explain: expected a model that says how its 16 tokens lie, got one without patchEmbed; pass { layout: { prefix, grid } }",
  );
  const layout = { prefix: 0, grid: [2, 8] as const };
  expect(await attentionMaps(untold, images, { layout })).toMatchObject(layout);
  await expect(attentionMaps(untold, images, { layout: { prefix: 1, grid: [4, 4] } })).rejects.toThrow(
    "explain: expected 16 tokens, got a layout of 1 and 4 × 4",
  );
});

test("a target may be any function of the logits", async () => {
  const both = await relevance(model, images, { target: (logits: Tensor2D) => sum(slice(logits, [0, 0], [-1, 2])) });
  const apart = await Promise.all([0, 1].map((target) => relevance(model, images, { target })));
  expect(both).not.toEqual(apart[0]);
  expect(both[0]!.values).toHaveLength(16);
});

/** Looks at a picture as a whole. */
class WithoutTokens extends Module {
  readonly head = new Linear(768, 3);
  forward(pictures: Tensor4D): Tensor2D {
    return this.head.forward(reshape(pictures, [pictures.shape[0], 768]) as Tensor2D);
  }
}

test("what cannot be explained is refused", async () => {
  using plain = new WithoutTokens().init(1);
  const maps = await attentionMaps(model, images);
  await expect(attentionMaps(plain, images)).rejects.toThrow(
    "attentionMaps: expected a model with attention among its tokens, got one without; gradCam and occlusion ask for none",
  );
  await expect(relevance(plain, images)).rejects.toThrow("relevance: expected a model with attention among its tokens");
  await expect(gradCam(plain, images)).rejects.toThrow("gradCam: expected a path with tokens or a map");
  await expect(gradCam(model, images, { at: "blocks.7.norm1" })).rejects.toThrow(
    /gradCam: expected a path .* got blocks\.7\.norm1; the paths are .*blocks\.1\.norm1/,
  );
  await expect(relevance(model, images, { target: 3 })).rejects.toThrow("explain: expected a class from 0 to 2, got 3");
  await expect(occlusion(model, images, { size: 4 })).rejects.toThrow("occlusion: expected one picture, got 6");
  await expect(occlusion(model, one(0), { size: 17 })).rejects.toThrow("expected a size from 1 to 16 pixels, got 17");
  await expect(occlusion(model, one(0), { size: 4, target: -1 })).rejects.toThrow(
    "expected a class from 0 to 2, got -1",
  );
  await expect(integratedGradients(model, images, { steps: 0 })).rejects.toThrow(
    "expected a number of steps from 1, got 0",
  );
  await expect(deletionCurve(model, images, { values: new Float32Array(16), rows: 4, columns: 4 })).rejects.toThrow(
    "deletionCurve: expected one picture, got 6",
  );
  expect(() => attentionRollout(maps, { discard: 1 })).toThrow("expected a share to discard from 0 to below 1, got 1");
  expect(() => attentionRollout(maps, { from: 1 })).toThrow("expected a token before the patches, from 0 to 0, got 1");
  expect(() => perPatch({ values: new Float32Array(15), rows: 3, columns: 5 }, 4)).toThrow(
    "whole patches of 4, got 3×5",
  );
});

test("maps are brought to 0 and 1, those that say nothing to 0", () => {
  const map = (...values: number[]) => ({ values: Float32Array.from(values), rows: 1, columns: values.length });
  expect([...normalized(map(2, 4, 3)).values]).toEqual([0, 1, 0.5]);
  expect([...normalized(map(2, 2)).values]).toEqual([0, 0]);
  expect(rankCorrelation(map(1, 2, 3), map(10, 20, 30))).toBeCloseTo(1, 10);
  expect(rankCorrelation(map(1, 2, 3), map(3, 2, 1))).toBeCloseTo(-1, 10);
  expect(rankCorrelation(map(1, 2, 2, 3), map(1, 1, 1, 1))).toBe(0);
});

test("one token's attention in one block, and no other's", async () => {
  const maps = await attentionMaps(model, images);
  const { tokens, grid } = maps; // prettier-ignore
  const heads = maps.blocks[1]!.heads;
  const row = (image: number, head: number, token: number) => [
    ...maps.blocks[1]!.values.subarray(((image * heads + head) * tokens + token) * tokens + 1).subarray(0, 16),
  ];
  expect([...attentionHeatmap(maps, { image: 2, block: -1, head: 1 }).values]).toEqual(row(2, 1, 0));
  expect([...attentionHeatmap(maps, { block: 1, head: 0, from: { row: 2, column: 3 } }).values]).toEqual(row(0, 0, 1 + 2 * 4 + 3)); // prettier-ignore
  const all = attentionHeatmap(maps, { image: 1, from: { row: 0, column: 0 } }).values;
  const mean = row(1, 0, 1).map((value, i) => (value + row(1, 1, 1)[i]!) / 2);
  for (const [i, value] of all.entries()) expect(value).toBeCloseTo(mean[i]!, 6);
  expect(grid).toEqual([4, 4]);
  expect(() => attentionHeatmap(maps, { block: 2 })).toThrow("attentionHeatmap: expected a block from 0 to 1, got 2");
  expect(() => attentionHeatmap(maps, { head: 2 })).toThrow("attentionHeatmap: expected a head from 0 to 1, got 2");
  expect(() => attentionHeatmap(maps, { image: 6 })).toThrow("attentionHeatmap: expected a picture from 0 to 5, got 6");
  expect(() => attentionHeatmap(maps, { from: { row: 4, column: 0 } })).toThrow(
    "expected a patch among 4 rows and 4 columns, from 0, got row 4, column 0",
  );
});
