// Costs, matches, losses and their gradients against the official criteria of DETR and Deformable DETR in float64.
import { type Tensor, type Tensor3D, dispose, grads, neg, ones, sub, tensor, zeros } from "@tensorflow/tfjs-core";
import { ShapeError, TesseraError } from "@tessera/core";
import { checkGradients, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { detrCriterion, focalCriterion } from "../matching/criterion.ts";
import { matchQueries, matchingCosts } from "../matching/match-queries.ts";
import type { Targets } from "../matching/targets.ts";
import { focalLoss } from "./focal-loss.ts";
import { giouOfPairs } from "./giou-of-pairs.ts";
import { setLoss, setLosses } from "./set-loss.ts";

const goldens = await readGoldens(new URL("../__fixtures__/set_losses.safetensors", import.meta.url));
const boxOps = await readGoldens(new URL("../__fixtures__/box_ops.safetensors", import.meta.url));
const exact = { rtol: 1e-4, atol: 1e-5 };
const cases = ["usual", "all_empty", "more_targets_than_queries"].flatMap((name) => [
  [`softmax/${name}`, detrCriterion] as const,
  [`focal/${name}`, focalCriterion] as const,
]);

function targetsOf(name: string, pictures: number): Targets[] {
  return Array.from({ length: pictures }, (_, i) => ({
    labels: goldens.get(`${name}/target/${i}/labels`).data,
    boxes: goldens.get(`${name}/target/${i}/boxes`).data,
  }));
}

describe.each(cases)("%s", (name, criterion) => {
  const predictions = () => ({
    logits: restore(goldens.get(`${name}/input/logits`)) as Tensor3D,
    boxes: restore(goldens.get(`${name}/input/boxes`)) as Tensor3D,
  });
  const [b, q, classes] = goldens.get(`${name}/input/logits`).shape as [number, number, number];
  const targets = targetsOf(name, b);

  test("has the official costs and matches", async () => {
    const { data: costs, shape } = goldens.get(`${name}/match/0/cost`);
    const all = shape[2]!;
    let first = 0;
    for (const [i, target] of targets.entries()) {
      const rows = (what: string, width: number) =>
        (goldens.get(`${name}/input/${what}`).data as Float32Array).subarray(i * q * width, (i + 1) * q * width);
      const ours = matchingCosts(rows("logits", classes), rows("boxes", 4), target, criterion);
      const count = target.labels.length;
      const theirs = Float32Array.from({ length: q * count }, (_, at) => {
        const [query, column] = [Math.floor(at / count), first + (at % count)];
        return costs[(i * q + query) * all + column]!;
      });
      await expect(Float32Array.from(ours)).toBeAllClose(theirs, exact);
      first += count;
    }
    const matches = matchQueries(predictions(), targets, criterion);
    const flat = matches.flatMap(({ queries, targets: of }, i) => queries.map((query, at) => [i, query, of[at]]));
    const official = ["batch", "query", "target"].map((what) => goldens.get(`${name}/match/0/${what}`).data);
    expect(flat).toEqual(Array.from(official[0]!, (_, at) => official.map((column) => column[at])));
  });

  test("has the official losses, and their gradients", async () => {
    const given = predictions();
    const losses = setLosses(given, targets, matchQueries(given, targets, criterion), criterion);
    await expect(losses.class).toBeAllClose(goldens.get(`${name}/loss/0/ce`), exact);
    await expect(losses.boxes).toBeAllClose(goldens.get(`${name}/loss/0/bbox`), exact);
    await expect(losses.giou).toBeAllClose(goldens.get(`${name}/loss/0/giou`), exact);
    await expect(setLoss([given], targets, criterion)).toBeAllClose(goldens.get(`${name}/loss/total`), exact);
    const [logits, boxes] = grads((x: Tensor, y: Tensor) =>
      setLoss([{ logits: x as Tensor3D, boxes: y as Tensor3D }], targets, criterion),
    )([given.logits, given.boxes]);
    await expect(logits!).toBeAllClose(goldens.get(`${name}/grads/logits`), exact);
    await expect(boxes!).toBeAllClose(goldens.get(`${name}/grads/boxes`), exact);
  });
});

test("GIoU of pairs is torchvision's, with its gradients", async () => {
  const [a, b] = ["a", "b"].map((which) => restore(boxOps.get(`giou_loss/${which}`)));
  const value = giouOfPairs(a as never, b as never);
  // theirs adds 1e-7 to each area
  await expect(sub(1, value)).toBeAllClose(boxOps.get("giou_loss/value"), exact);
  const [da, db] = grads((x: Tensor, y: Tensor) => giouOfPairs(x as never, y as never))([a!, b!]);
  await expect(neg(da!)).toBeAllClose(boxOps.get("giou_loss/grad_a"), exact);
  await expect(neg(db!)).toBeAllClose(boxOps.get("giou_loss/grad_b"), exact);
});

test("GIoU of boxes without area is 0, and its gradient finite", async () => {
  const points = zeros([2, 4]) as never;
  await expect(giouOfPairs(points, points)).toBeAllClose(tensor([0, 0]));
  const [slope] = grads((x: Tensor) => giouOfPairs(x as never, points))([zeros([2, 4])]);
  expect((await slope!.data()).every(Number.isFinite)).toBe(true);
});

test("focal loss has the gradient of its differences, and does not overflow", async () => {
  const targets = tensor([0, 1, 0, 1, 0, 0], [2, 3]);
  await checkGradients((x) => focalLoss(x, targets), [seeded(1).normals([2, 3])]);
  const far = focalLoss(tensor([200, -200]), tensor([0, 1]));
  expect((await far.data())[0]).toBeCloseTo(200, 3);
});

describe("refuses", () => {
  const predictions = { logits: zeros([1, 2, 3]) as Tensor3D, boxes: ones([1, 2, 4]) as Tensor3D };
  const one = (label: number, ...boxes: number[]): Targets[] => [{ labels: [label], boxes }];

  test.each([
    ["a class that there is not", one(2, 0, 0, 1, 1), "expected classes from 0 to 1, got 2 in picture 0"],
    [
      "NaN in a box",
      one(0, 0, Number.NaN, 1, 1),
      "expected boxes of finite centre, width and height, got [0, NaN, 1, 1] in picture 0",
    ],
    ["a negative side", one(0, 0, 0, -1, 1), "got [0, 0, -1, 1] in picture 0"],
  ])("%s", (_, targets, message) => {
    expect(() => setLoss([predictions], targets)).toThrow(TesseraError);
    expect(() => setLoss([predictions], targets)).toThrow(message);
  });

  test("targets of other pictures, and labels that are too many", () => {
    expect(() => setLoss([predictions], [])).toThrow(ShapeError);
    expect(() => setLoss([predictions], [{ labels: [0, 1], boxes: [0, 0, 1, 1] }])).toThrow("got 2");
  });

  test("predictions that are NaN, and no layer", () => {
    const broken = { ...predictions, boxes: tensor(Array(8).fill(Number.NaN), [1, 2, 4]) as Tensor3D };
    expect(() => setLoss([broken], one(0, 0, 0, 1, 1))).toThrow("got NaN for picture 0; lower the learning rate");
    expect(() => setLoss([], [])).toThrow("expected the predictions of a layer or more, got none");
  });
});

test("a box without area is an object like others", async () => {
  const random = seeded(2);
  const predictions = {
    logits: random.normals([1, 3, 3]) as Tensor3D,
    boxes: tensor(Array(12).fill(0.4), [1, 3, 4]) as Tensor3D,
  };
  const total = setLoss([predictions], [{ labels: [1], boxes: [0.5, 0.5, 0, 0] }]);
  expect(Number.isFinite((await total.data())[0])).toBe(true);
});

test("leaves nothing behind", async () => {
  const predictions = { logits: zeros([1, 2, 3]) as Tensor3D, boxes: ones([1, 2, 4]) as Tensor3D };
  await expectNoLeak(() => setLoss([predictions], [{ labels: [0], boxes: [0.5, 0.5, 1, 1] }]).dispose());
  dispose([predictions.logits, predictions.boxes]);
});
