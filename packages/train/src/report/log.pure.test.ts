import { expect, test } from "vitest";
import { evaluationOf } from "../metrics/evaluation.ts";
import { judge } from "../metrics/judgement.ts";
import { curvesOf, logEntry } from "./log.ts";

test("a log entry counts epochs from 1 and keeps the figures", () => {
  const evaluation = evaluationOf([judge(0, 1, Float32Array.of(0, 1))], ["a", "b"]);
  const entry = logEntry({ step: 20, epoch: 1, trainingLoss: 0.7, evaluation, best: true });
  const { loss, top1, calibration } = evaluation;
  expect(entry).toEqual({ step: 20, epoch: 2, trainingLoss: 0.7, loss, top1, top5: undefined, ece: calibration.ece, best: true }); // prettier-ignore
});

test("curves show losses and accuracies, top-5 where it is known", () => {
  const entry = { step: 1, epoch: 1, trainingLoss: 2, loss: 1, top1: 0.5, top5: undefined, ece: 0, best: true };
  const { loss, accuracy } = curvesOf([entry, { ...entry, step: 2 }]);
  expect(loss.match(/<polyline/g)).toHaveLength(2);
  expect(accuracy.match(/<polyline/g)).toHaveLength(1);
  expect(curvesOf([{ ...entry, top5: 0.9 }]).accuracy).toContain(">top-5<");
});
