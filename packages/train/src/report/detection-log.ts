import type { EvaluationReport } from "../fit/options.ts";
import type { CocoScores } from "../metrics/coco/coco-scores.ts";
import type { DetectionEvaluation } from "../metrics/evaluate-detector.ts";
import { lineChart } from "./chart.ts";

/** A line of a detector's log: one an evaluation. */
export interface DetectionLogEntry extends Omit<CocoScores, "byCategory"> {
  /** Steps done, and the epoch that they ended in, from 1. */
  step: number;
  epoch: number;
  /** Mean of the steps since the entry before. */
  trainingLoss: number;
  best: boolean;
}

/** What a log keeps of an evaluation. */
export function detectionLogEntry(report: EvaluationReport<DetectionEvaluation>): DetectionLogEntry {
  const { step, epoch, trainingLoss, evaluation, best } = report;
  const { byCategory: _, ...scores } = evaluation.scores;
  return { step, epoch: epoch + 1, trainingLoss, ...scores, best };
}

/** Curves of a detector's run as SVG, by what they show. */
export function detectionCurvesOf(log: readonly DetectionLogEntry[]): { loss: string; precision: string } {
  const points = (what: "trainingLoss" | "AP" | "AP50" | "AP75") =>
    log.map((entry): [number, number] => [entry.step, entry[what]]);
  const names = ["AP", "AP50", "AP75"] as const;
  return {
    loss: lineChart([{ name: "training", points: points("trainingLoss") }], { title: "Loss", x: "steps" }),
    precision: lineChart(
      names.map((name) => ({ name, points: points(name) })),
      { title: "Average precision", x: "steps" },
    ),
  };
}
