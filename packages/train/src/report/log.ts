import type { EvaluationReport } from "../fit/options.ts";
import { lineChart } from "./chart.ts";

/** A line of a run's log: one an evaluation. */
export interface LogEntry {
  /** Steps done, and the epoch that they ended in, from 1. */
  step: number;
  epoch: number;
  /** Mean of the steps since the entry before, as it was minimised: with smoothing, mixing and a teacher. */
  trainingLoss: number;
  loss: number;
  top1: number;
  top5: number | undefined;
  /** Expected calibration error. */
  ece: number;
  best: boolean;
}

/** What a log keeps of an evaluation. */
export function logEntry({ step, epoch, trainingLoss, evaluation, best }: EvaluationReport): LogEntry {
  const { loss, top1, top5, calibration } = evaluation;
  return { step, epoch: epoch + 1, trainingLoss, loss, top1, top5, ece: calibration.ece, best };
}

/** Curves of a run as SVG, by what they show. */
export function curvesOf(log: readonly LogEntry[]): { loss: string; accuracy: string } {
  const points = (what: "trainingLoss" | "loss" | "top1" | "top5") =>
    log.flatMap((entry): [number, number][] => (entry[what] === undefined ? [] : [[entry.step, entry[what]]]));
  const top5 = points("top5");
  return {
    loss: lineChart(
      [
        { name: "training", points: points("trainingLoss") },
        { name: "evaluation", points: points("loss") },
      ],
      { title: "Loss", x: "steps" },
    ),
    accuracy: lineChart(
      [{ name: "top-1", points: points("top1") }, ...(top5.length > 0 ? [{ name: "top-5", points: top5 }] : [])],
      { title: "Accuracy", x: "steps" },
    ),
  };
}
