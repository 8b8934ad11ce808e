import { Random } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { Matrix, solve } from "ml-matrix";
import { expect, test } from "vitest";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import { evaluate } from "../metrics/evaluate.ts";
import type { FeatureSet } from "./feature-set.ts";
import { extractFeatures, featureData } from "./feature-set.ts";
import { linearProbe } from "./linear-probe.ts";

/** Features of three classes that overlap, of scales that differ, one of which never varies. */
function clouds(n: number, width: number): FeatureSet {
  const random = new Random(n + width);
  const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
  const values = new Float32Array(n * width);
  for (const [i, label] of labels.entries()) {
    for (let f = 0; f < width; f++)
      values[i * width + f] = (f + 1) * (random.normal() + (f % 3 === label ? 1.5 : 0)) + f;
    values[i * width + width - 1] = 7;
  }
  return { classes: ["a", "b", "c"], values, width, labels };
}

/** Ridge regression without a penalty on the bias, from its normal equations: weights [width + 1, classes] of the given rows. */
function ridge(features: Matrix, targets: Matrix, l2: number): Matrix {
  const withOne = new Matrix(features.rows, features.columns + 1).fill(1).setSubMatrix(features, 0, 0);
  const penalty = Matrix.eye(withOne.columns)
    .mul(l2)
    .set(withOne.columns - 1, withOne.columns - 1, 0);
  return solve(withOne.transpose().mmul(withOne).add(penalty), withOne.transpose().mmul(targets));
}

test.each([
  ["more pictures than features", 30, 5],
  ["more features than pictures", 12, 20],
])("is ridge regression, and tells each picture as one on all others does: %s", async (_, n, width) => {
  const set = clouds(n, width);
  const { head, l2, leaveOneOut } = linearProbe(set);
  const features = Matrix.from1DArray(n, width, Array.from(set.values));
  const means = features.mean("column");
  const deviations = features.standardDeviation("column", { unbiased: false }).map((deviation) => deviation || 1);
  const standardised = features.clone().subRowVector(means).divRowVector(deviations);
  const targets = new Matrix(n, 3).fill(-1);
  for (const [i, label] of set.labels.entries()) targets.set(i, label, 1);

  const weights = ridge(standardised, targets, l2);
  const [weight, bias] = [await head.head.weight.value.data(), await head.head.bias!.value.data()];
  const scale = (weight[0]! * deviations[0]!) / weights.get(0, 0);
  for (let c = 0; c < 3; c++) {
    let shift = weights.get(width, c);
    for (let f = 0; f < width; f++) {
      const expected = weights.get(f, c) / deviations[f]!;
      shift -= expected * means[f]!;
      expect(weight[c * width + f]! / scale).toBeCloseTo(expected, 5);
    }
    expect(bias[c]! / scale).toBeCloseTo(shift, 4);
  }

  let right = 0;
  for (let i = 0; i < n; i++) {
    const others = [...set.labels.keys()].filter((at) => at !== i);
    const fitted = ridge(standardised.subMatrixRow(others), targets.subMatrixRow(others), l2);
    const scores = [...standardised.getRow(i), 1].reduce(
      (sums, value, f) => sums.map((sum, c) => sum + value * fitted.get(f, c)),
      [0, 0, 0],
    );
    if (scores.indexOf(Math.max(...scores)) === set.labels[i]) right++;
  }
  expect(leaveOneOut).toBe(right / n);
  expect(leaveOneOut).toBeGreaterThan(0.6);
  head.dispose();
});

test("its scores are probabilities that fit the pictures that it has not seen", async () => {
  const { head } = linearProbe(clouds(60, 8));
  const other = clouds(300, 8);
  const { top1, loss, calibration } = await evaluate(head, featureData(other));
  expect(top1).toBeGreaterThan(0.75);
  expect(loss).toBeLessThan(0.6);
  expect(calibration.ece).toBeLessThan(0.1);
  head.dispose();
});

test("tells stripes apart in a model that has learnt nothing, by a few of each", async () => {
  using model = new Small().init(2);
  const set = await extractFeatures(model, stripes(30), { batchSize: 16 });
  const { head } = linearProbe(set);
  const judged = featureData(await extractFeatures(model, stripes(60, { seed: 1 }), { batchSize: 16 }));
  expect((await evaluate(head, judged)).top1).toBeGreaterThan(0.8);
  head.dispose();
});

test("refuses what has no answer, and leaves no tensor", async () => {
  const set = clouds(6, 4);
  expect(() => linearProbe({ ...set, labels: Int32Array.of(1), values: set.values.slice(0, 4) })).toThrow(
    "linearProbe: expected at least two pictures, got 1",
  );
  const broken = set.values.slice();
  broken[3] = NaN;
  expect(() => linearProbe({ ...set, values: broken })).toThrow("linearProbe: expected finite features, got NaN");
  await expectNoLeak(() => linearProbe(set).head.dispose());
});
