import { expect, test } from "vitest";
import { cocoScores } from "../metrics/coco/coco-scores.ts";
import { detectionCurvesOf, detectionLogEntry } from "./detection-log.ts";

const scores = cocoScores({
  images: [1],
  categories: [1],
  annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, 9, 9], area: 81 }],
  detections: [{ image_id: 1, category_id: 1, bbox: [0, 0, 9, 9], score: 0.5 }],
});

test("a line has COCO's twelve numbers, without those of each class, and epochs from 1", () => {
  const evaluation = { images: 1, objects: 1, scores };
  const entry = detectionLogEntry({ step: 20, epoch: 1, trainingLoss: 0.7, evaluation, best: true });
  expect(entry).toMatchObject({
    step: 20,
    epoch: 2,
    trainingLoss: 0.7,
    AP50: scores.AP50,
    APl: -1,
    ARl: -1,
    best: true,
  });
  expect(entry).not.toHaveProperty("byCategory");
  const { loss, precision } = detectionCurvesOf([entry, { ...entry, step: 30 }]);
  expect(loss.match(/<polyline/g)).toHaveLength(1);
  expect(precision.match(/<polyline/g)).toHaveLength(3);
});
