// The twelve numbers, and AP by class, against pycocotools 2.0.11: ties, crowds, empty pictures, areas, more than 100 detections.
import { TesseraError } from "@tessera/core";
import { describe, expect, test } from "vitest";
import stored from "../../__fixtures__/coco_ap.json" with { type: "json" };
import { type CocoEvaluation, cocoScores } from "./coco-scores.ts";

interface Case extends CocoEvaluation {
  stats: Record<string, number>;
  ap_per_category: Record<string, number>;
}

const cases = stored.cases as unknown as Record<string, Case>;

test.each(Object.keys(cases))("%s has pycocotools' numbers", (name) => {
  const { stats, ap_per_category: perCategory, ...evaluation } = cases[name]!;
  const { byCategory, ...scores } = cocoScores(evaluation);
  expect(Object.keys(scores).sort()).toEqual(Object.keys(stats).sort());
  for (const [what, value] of Object.entries(scores)) expect(value, what).toBeCloseTo(stats[what]!, 8);
  expect(Object.keys(byCategory)).toEqual(Object.keys(perCategory));
  for (const [category, value] of Object.entries(byCategory)) expect(value).toBeCloseTo(perCategory[category]!, 8);
});

test("of nothing there is -1, and nothing found where something is gives 0", () => {
  const nothing = cocoScores({ images: [1], categories: [1], annotations: [], detections: [] });
  expect([nothing.AP, nothing.AR100, nothing.byCategory]).toEqual([-1, -1, { 1: -1 }]);
  const annotations = [{ image_id: "a", category_id: 1, bbox: [0, 0, 4, 4], area: 16 }] as const;
  expect(cocoScores({ images: ["a"], categories: [1], annotations, detections: [] })).toMatchObject({
    AP: 0,
    APs: 0,
    APl: -1,
  });
});

describe("refuses", () => {
  const one = (image_id: number, score: number, x = 0) => ({
    image_id,
    category_id: 1,
    bbox: [x, 0, 1, 1] as const,
    score,
  });
  test.each([
    ["a detection on another picture", one(2, 1), "expected detections on the pictures, got picture 2"],
    ["a score of NaN", one(1, Number.NaN), "got NaN for [0, 0, 1, 1] on picture 1"],
    ["a box of NaN", one(1, 0.5, Number.NaN), "got 0.5 for [NaN, 0, 1, 1] on picture 1"],
  ])("%s", (_, detection, message) => {
    const run = () => cocoScores({ images: [1], categories: [1], annotations: [], detections: [detection] });
    expect(run).toThrow(TesseraError);
    expect(run).toThrow(message);
  });
});
