// Against the formulas of detectron2's Box2BoxTransform, in float64.
import { type Tensor, type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";
import { ShapeError } from "@tessera/core";
import { checkGradients, expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { toCentres, toCorners } from "./conversions.ts";
import { type DeltaRule, applyDeltas } from "./deltas.ts";
import { centresOf, cornersOf } from "./tensors.ts";

const rule: DeltaRule = { weights: [2, 2, 1, 4], clamp: Math.log(8) };
const boxes = [0, 0, 10, 20, 5, -5, 9, 3, 4, 4, 4, 4];
const deltas = [0.4, -1, 0.3, 0.8, 0, 0, 5, -2, 1, 1, 1, 1];

function expected(): number[] {
  const given = toCentres(boxes);
  const moved = [0, 4, 8].flatMap((at) => {
    const [x, y, w, h] = given.subarray(at, at + 4) as unknown as [number, number, number, number];
    const [dx, dy, dw, dh] = deltas.slice(at, at + 4).map((delta, i) => delta / rule.weights[i]!) as [number, number, number, number]; // prettier-ignore
    return [x + dx * w, y + dy * h, w * Math.min(Math.exp(dw), 8), h * Math.min(Math.exp(dh), 8)];
  });
  return [...toCorners(moved)];
}

test("moves a box by its sides, and grows it no more than the rule lets", async () => {
  const moved = applyDeltas(tensor2d(deltas, [3, 4]), tensor2d(boxes, [3, 4]), rule);
  await expect(moved).toBeAllClose(tensor2d(expected(), [3, 4]), { rtol: 1e-5, atol: 1e-5 });
});

test("is differentiable in both", async () => {
  const some = (values: number[]) => tensor2d(values.slice(0, 8), [2, 4]);
  await checkGradients((d, b) => applyDeltas(d as Tensor2D, b as Tensor2D, rule), [some(deltas), some(boxes)] as Tensor[]); // prettier-ignore
});

test("centres and corners of tensors are those of arrays", async () => {
  const given = tensor2d(boxes, [3, 4]);
  await expect(centresOf(given)).toBeAllClose(tensor2d([...toCentres(boxes)], [3, 4]));
  await expect(cornersOf(centresOf(given))).toBeAllClose(given);
  expect(() => cornersOf(tensor2d([[1, 2, 3]]))).toThrow(ShapeError);
  expect(() => applyDeltas(given, tensor2d([[1, 2, 3, 4]]), rule)).toThrow(
    "applyDeltas deltas: expected shape [1, 4], got [3, 4]",
  );
});

test("leaves nothing behind", async () => {
  const [d, b] = [tensor2d(deltas, [3, 4]), tensor2d(boxes, [3, 4])];
  await expectNoLeak(() => applyDeltas(d, b, rule).dispose());
});
