// What holds of any ViTDet.
import { type Tensor, type Tensor4D, fill, slice, variableGrads } from "@tensorflow/tfjs-core";
import { Random, ShapeError, TesseraError, summarize } from "@tessera/core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { VitDetConfig } from "./config.ts";
import { VitDet } from "./model.ts";

const config: VitDetConfig = {
  imageSize: 64,
  patchSize: 16,
  width: 8,
  depth: 2,
  heads: 2,
  mlpDim: 12,
  window: 3,
  globalEvery: 2,
  pretrainedGrid: 3,
  channels: 8,
  regionWidth: 8,
  classes: 2,
  dropPath: 0.1,
  rules: { anchorSizes: [8, 16, 32, 64, 128], candidates: 20, trainingCandidates: 20, proposals: 10, anchorBatch: 32, regionBatch: 8, score: 0.1 }, // prettier-ignore
};
const small = () => new VitDet(config).init(1);
const images = () => seeded(5).normals([2, 60, 64, 3]) as Tensor4D;
const targets = [
  { labels: [1], boxes: [0.5, 0.5, 0.4, 0.4] },
  { labels: [], boxes: [] },
];

test("finds no more than asked for, within the pictures as they were", async () => {
  using model = small();
  const found = await model.detect(images(), { originals: [[120, 128], [30, 32]], sizes: [[60, 64], [40, 50]] }); // prettier-ignore
  expect(found).toHaveLength(2);
  for (const [i, { labels, scores, boxes }] of found.entries()) {
    const [height, width] = [[120, 128], [30, 32]][i] as [number, number]; // prettier-ignore
    expect(labels.length).toBeGreaterThan(0);
    expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
    expect([...boxes].every((side, at) => side >= 0 && side <= (at % 2 === 0 ? width : height))).toBe(true);
  }
});

test("its loss reaches every parameter, and draws alike from one seed", async () => {
  using model = small();
  const given = images();
  const learn = () => model.loss(given, targets, { training: true, random: new Random(3) });
  const { value, grads } = variableGrads(learn);
  for (const [path, param] of model.params()) {
    const slope = await (grads[param.value.name] as Tensor).data();
    expect(slope.every(Number.isFinite), path).toBe(true);
  }
  expect(Object.keys(grads)).toHaveLength(model.params().size);
  await expect(learn()).toBeAllClose(value);
});

test("finds nothing where nothing can be said", async () => {
  using model = small();
  const nowhere = fill([1, 64, 64, 3], Number.NaN);
  const [found] = await model.detect(nowhere as Tensor4D, { originals: [[9, 9]] });
  expect([found!.labels.length, found!.boxes.length]).toEqual([0, 0]);
});

test("refuses pictures, sizes and objects that do not fit", async () => {
  using model = small();
  const given = images();
  expect(() => model.loss(seeded(1).normals([1, 65, 64, 3]) as Tensor4D, targets.slice(1))).toThrow(
    "VitDet: expected pictures of at most 64 pixels a side, got 65×64; resize them",
  );
  expect(() => model.loss(given, targets, {}, { sizes: [[60, 64]] })).toThrow(ShapeError);
  expect(() => model.loss(given, [{ labels: [7], boxes: [0, 0, 1, 1] }, targets[1]!])).toThrow(TesseraError);
  await expect(model.detect(given, { originals: [[1, 1]] })).rejects.toThrow("expected the sizes of 2 pictures");
  expect(() => new VitDet({ ...config, width: 10 })).toThrow(ShapeError);
});

test("a summary counts its parts", () => {
  const model = new VitDet(config);
  const { params, macs } = summarize(model, [1, 64, 64, 3]);
  expect(params).toBe(model.paramCount);
  expect(macs).toBeGreaterThan(params);
});

test("leaves nothing behind", async () => {
  using model = small();
  const given = slice(images(), [0, 0, 0, 0], [1, 60, 64, 3]);
  await expectNoLeak(() => model.detect(given, { originals: [[8, 8]] }), { runs: 2 });
  await expectNoLeak(() => model.loss(given, targets.slice(0, 1)).dispose(), { runs: 2 });
});
