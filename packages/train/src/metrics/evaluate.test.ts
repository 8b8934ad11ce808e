import { type Tensor2D, type Tensor4D, tensor2d } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import type { Judgement } from "./judgement.ts";
import { evaluate } from "./evaluate.ts";

/** Says these logits, row by row, whatever it sees. */
function saying(rows: readonly (readonly number[])[]) {
  let at = 0;
  return {
    forward(images: Tensor4D): Tensor2D {
      const [b] = images.shape;
      at += b;
      return tensor2d(rows.slice(at - b, at).flat(), [b, rows[0]!.length]);
    },
  };
}

// Labels of `stripes` are 0, 1, 2, 0, 1.
const rows = [
  [2, 0, 0],
  [0, 0, 3],
  [0, 1, 4],
  [0, 5, 1],
  [1, 2, 0],
];

test("counts what is right, by class and in the confusion matrix", async () => {
  const seen: Judgement[] = [];
  const found = await evaluate(saying(rows), stripes(5), { batchSize: 2, onJudgement: (one) => void seen.push(one) });
  expect(found).toMatchObject({ images: 5, top1: 0.6, top5: undefined });
  expect(found.confusion).toEqual([[1, 1, 0], [0, 1, 1], [0, 0, 1]]); // prettier-ignore
  expect(found.classes).toEqual([
    { name: "horizontal", images: 2, recall: 0.5, precision: 1, f1: 2 / 3 },
    { name: "vertical", images: 2, recall: 0.5, precision: 0.5, f1: 0.5 },
    { name: "diagonal", images: 1, recall: 1, precision: 0.5, f1: 2 / 3 },
  ]);
  expect(seen.map(({ index, rank }) => [index, rank])).toEqual([[0, 0], [1, 1], [2, 0], [3, 2], [4, 0]]); // prettier-ignore
});

test("gives the cross entropy and the calibration error of the definition", async () => {
  const probabilities = rows.map((row) => {
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
    return row.map((logit) => Math.exp(logit) / sum);
  });
  const labels = [0, 1, 2, 0, 1];
  const { loss, calibration } = await evaluate(saying(rows), stripes(5));
  expect(loss).toBeCloseTo(probabilities.reduce((sum, row, i) => sum - Math.log(row[labels[i]!]!), 0) / 5, 12);
  // Confidences 0.787, 0.909, 0.936, 0.976, 0.665 fall into bins 11, 13, 14, 14 and 9 of 15.
  const [a, b, c, d, e] = probabilities.map((row) => Math.max(...row)) as [number, number, number, number, number];
  expect(calibration.bins.flatMap(({ images }, i) => (images > 0 ? [[i, images]] : []))).toEqual([[9, 1], [11, 1], [13, 1], [14, 2]]); // prettier-ignore
  expect(calibration.ece).toBeCloseTo((1 - a + b + Math.abs(c + d - 1) + 1 - e) / 5, 12);
});

test("gives top-5 where there are more classes than five", async () => {
  const classes = ["a", "b", "c", "d", "e", "f", "g"];
  const forward = saying([[7, 6, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 6, 7], [7, 6, 0, 5, 4, 3, 2]]); // prettier-ignore
  const { top1, top5 } = await evaluate(forward, { ...stripes(3), classes });
  expect([top1, top5]).toEqual([1 / 3, 1 / 3]);
});

test("refuses a model of other classes and an empty split", async () => {
  const two = saying([[1, 2], [1, 2], [1, 2]]); // prettier-ignore
  await expect(evaluate(two, stripes(3))).rejects.toThrow(
    "evaluate: expected a model of 3 classes, as the data have, got 2",
  );
  await expect(evaluate(saying(rows), stripes(0))).rejects.toThrow("evaluate: expected images, got none");
});

test("leaves no tensor behind", async () => {
  using model = new Small().init(0);
  await expectNoLeak(() => evaluate(model, stripes(7), { batchSize: 3 }));
});
