import { dispose, onesLike } from "@tensorflow/tfjs-core";
import { Random, TesseraError } from "@tessera/core";
import { expect, test } from "vitest";
import { Finder } from "../__fixtures__/quadrants.ts";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import type { Batch } from "../data.ts";
import { fit } from "../fit/fit.ts";
import { assembleDetection } from "./assemble-detection.ts";
import { assemble } from "./assemble.ts";
import { detectionPresetOf, detectionPresets } from "./detection-presets.ts";
import { presetOf, presets } from "./presets.ts";
import type { Recipe } from "./recipe.ts";

test.each(Object.keys(presets))("%s trains, at rates that rise to its own and fall", async (name) => {
  const { recipe, source } = presetOf(name);
  using model = new Small().init(0);
  const { optimizer, ema, ...parts } = assemble(recipe, model, 100, 3);
  const rates = Array.from({ length: 100 * recipe.epochs }, (_, step) => parts.rate(step));
  expect(Math.max(...rates)).toBeCloseTo(recipe.rate, 8);
  expect(rates.at(-1)!).toBeLessThanOrEqual(1.05 * Math.max(recipe.finalRate ?? 0, 0.01 * recipe.rate));
  expect(source).toMatch(/\d{4}/);
  const { steps } = await fit(model, stripes(24, { training: true }), {
    steps: 2,
    batchSize: 12,
    optimizer,
    ema,
    ...parts,
  });
  expect(steps).toBe(2);
  optimizer.dispose();
  ema?.dispose();
});

test.each(Object.keys(detectionPresets))("%s for detectors: rates that rise to its own and fall", (name) => {
  const { recipe, source } = detectionPresetOf(name);
  using model = new Finder().init(0);
  const { optimizer, ema, rate } = assembleDetection(recipe, model, 10);
  const rates = Array.from({ length: 10 * recipe.epochs }, (_, step) => rate(step));
  expect(Math.max(...rates)).toBeCloseTo(recipe.rate, 8);
  expect(rates.at(-1)!).toBeLessThanOrEqual(0.11 * recipe.rate);
  expect(source).toMatch(/\d{4}/);
  optimizer.dispose();
  ema?.dispose();
});

test("a detector's part that learns slower does, and everything decays", async () => {
  using model = new Finder().init(0);
  const recipe = { ...detectionPresets.detr.recipe, rates: { hidden: 0 } };
  const { optimizer, rate } = assembleDetection(recipe, model, 10);
  const before = new Map<string, number[]>();
  for (const [path, { value }] of model.params()) before.set(path, [...(await value.data())]);
  const gradients = new Map([...model.params()].map(([path, { value }]) => [path, onesLike(value)]));
  optimizer.step(gradients, rate(0));
  for (const [path, { value }] of model.params())
    expect([...(await value.data())].some((at, i) => at !== before.get(path)![i])).toBe(path.startsWith("head."));
  dispose([...gradients.values()]);
  optimizer.dispose();
  expect(() => detectionPresetOf("dert")).toThrow(/^detectionPresetOf: expected one of detr, .*got "dert"; did you mean detr/);
}); // prettier-ignore

test("names the nearest preset, and what a recipe may ask for", () => {
  expect(() => presetOf("deti")).toThrow(/^presetOf: expected one of small-data, .*got "deti"; did you mean deit/);
  using model = new Small().init(0);
  const other = { ...presets.deit.recipe, optimizer: "rmsprop" } as unknown as Recipe;
  expect(() => assemble(other, model, 1, 3)).toThrow(
    'assemble: expected optimizer among sgd, adam, adamW, lamb, muon, got "rmsprop"',
  );
  const schedule = { ...presets.deit.recipe, schedule: "steps" } as unknown as Recipe;
  expect(() => assemble(schedule, model, 1, 3)).toThrow(TesseraError);
});

test("mixes until the recipe says", () => {
  using model = new Small().init(0);
  const { mix, optimizer } = assemble({ ...presets.deit.recipe, ema: undefined, mixUntil: 0.75 }, model, 1, 3);
  const batch: Batch = {
    images: Float32Array.from({ length: 64 }, (_, i) => i),
    shape: [4, 4, 4, 1],
    labels: Int32Array.of(0, 1, 2, 0),
    indices: Int32Array.of(0, 1, 2, 3),
  };
  expect(mix!(batch, new Random(1), 0.74).images).not.toEqual(batch.images);
  const after = mix!(batch, new Random(1), 0.75);
  expect(after.images).toEqual(batch.images);
  expect(Array.from(after.labels.slice(0, 3), (label) => Number(label.toFixed(4)))).toEqual([0.9333, 0.0333, 0.0333]);
  optimizer.dispose();
});
