import { Random } from "@tessera/core";
import { describe, expect, test } from "vitest";
import { matchBoxes, sampled } from "./match-boxes.ts";
import { clipped, deltasBetween, movedBox, objectRule } from "./moved-boxes.ts";
import { propose } from "./propose.ts";

const rule = { low: 0.3, high: 0.7, keepsBest: true };

describe("matching", () => {
  // Overlaps with the object are 1, 0.5, 0.4 and 0.
  const boxes = [0, 0, 10, 10, 0, 0, 10, 5, 0, 0, 10, 4, 20, 20, 30, 30];

  test("says about which object a box is, and about which none", () => {
    const { objects, labels } = matchBoxes(boxes, [90, 90, 99, 99, 0, 0, 10, 10], { ...rule, keepsBest: false });
    expect([...labels]).toEqual([1, -1, -1, 0]);
    expect([...objects].slice(0, 3)).toEqual([1, 1, 1]);
  });

  test("keeps the best boxes of an object, ties too, but not for one that overlaps nothing", () => {
    const far = [100, 100, 110, 110];
    expect([...matchBoxes([...boxes.slice(4, 8), ...boxes.slice(4, 8)], [0, 0, 10, 10], rule).labels]).toEqual([1, 1]);
    expect([...matchBoxes(boxes, [...far, 5, 5, 5, 5], rule).labels]).toEqual([0, 0, 0, 0]);
    expect([...matchBoxes(boxes, [], rule).labels]).toEqual([0, 0, 0, 0]);
  });

  test("draws no more than asked for, alike from one seed", () => {
    const labels = Int8Array.from([1, 1, 1, 1, 0, 0, 0, 0, -1]);
    const drawn = (seed: number) => [...sampled(labels, 4, 0.25, new Random(seed))];
    const count = (label: number) => drawn(1).filter((one) => one === label).length;
    expect([count(1), count(0)]).toEqual([1, 3]);
    expect(drawn(1)).toEqual(drawn(1));
    expect([...sampled(labels, 100, 0.5, new Random(1))]).toEqual([...labels]);
  });
});

test("deltas lead from a box to another", () => {
  const [from, to] = [[0, 0, 10, 20], [4, 5, 6, 35]]; // prettier-ignore
  const deltas = deltasBetween(from!, 0, to!, 0, objectRule);
  movedBox(deltas, 0, from!, 0, objectRule).forEach((side, i) => expect(side).toBeCloseTo(to![i]!, 9));
  expect(movedBox([0, 0, 1e9, 0], 0, from!, 0, objectRule)[2]).toBeCloseTo(5 + (1000 / 16) * 5, 6);
});

test("a box is cut to its picture, and goes when nothing is left", () => {
  expect(clipped([-5, 2, 50, 8], [6, 30])).toEqual([0, 2, 30, 6]);
  expect(clipped([40, 2, 50, 8], [6, 30])).toBeUndefined();
  expect(clipped([Number.NaN, 2, 50, 8], [6, 30])).toBeUndefined();
});

test("regions are the best of each map, without what overlaps them there", () => {
  const anchors = Float64Array.from([0, 0, 10, 10, 0, 0, 10, 9, 20, 20, 30, 30]);
  const level = { logits: [1, 2, Number.NaN], deltas: new Float32Array(12), anchors };
  const options = { candidates: 3, proposals: 5 };
  expect([...propose([level], [100, 100], options)]).toEqual([0, 0, 10, 9]);
  // Those of another map stay.
  expect(propose([level, { ...level, logits: [5, 0, -1] }], [100, 100], options)).toHaveLength(12);
  expect(propose([level], [0, 0], options)).toHaveLength(0);
});
