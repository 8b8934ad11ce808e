import { TesseraError } from "@tessera/core";
import { toCorners } from "../boxes/conversions.ts";
import { giou } from "../boxes/overlap.ts";
import { type Predictions, predictionSizes } from "../predictions.ts";
import { assignment } from "./assignment.ts";
import { ALPHA, type Criterion, detrCriterion } from "./criterion.ts";
import { type Targets, checkTargets } from "./targets.ts";

/** The queries of a picture that got an object, by rising query, and which. */
export interface Match {
  queries: number[];
  targets: number[];
}

/**
 * Gives each object a query, so that costs of class, box and GIoU add up to least: Carion et al. 2020, eq. 1. Where there are more
 * objects than queries, every query gets one. Computed on the processor from values that are waited for, in float64: the backend
 * does not change a match.
 *
 * @throws {ShapeError} if predictions and targets do not fit.
 * @throws {TesseraError} for targets that cannot be, and for predictions with NaN.
 */
export function matchQueries(
  predictions: Predictions,
  targets: readonly Targets[],
  criterion: Criterion = detrCriterion,
): Match[] {
  const [b, q, classes] = predictionSizes(predictions, "matchQueries");
  checkTargets(targets, b, criterion.classification === "softmax" ? classes - 1 : classes, "matchQueries");
  const [logits, boxes] = [predictions.logits.dataSync(), predictions.boxes.dataSync()];
  return targets.map((target, picture) => {
    const costs = matchingCosts(
      logits.subarray(picture * q * classes, (picture + 1) * q * classes),
      boxes.subarray(picture * q * 4, (picture + 1) * q * 4),
      target,
      criterion,
    );
    if (costs.some(Number.isNaN))
      throw new TesseraError(
        `matchQueries: expected predictions that are numbers, got NaN for picture ${picture}; lower the learning rate`,
      );
    const { rows, columns } = assignment(costs, [q, target.labels.length]);
    return { queries: rows, targets: columns };
  });
}

/** What each pair of a query and an object would cost. logits [q, classes], boxes [q, 4], t objects -> [q, t] */
export function matchingCosts(
  logits: ArrayLike<number>,
  boxes: ArrayLike<number>,
  { labels, boxes: wanted }: Targets,
  { classification, distance: numbers, costs }: Criterion,
): Float64Array {
  const [q, t] = [boxes.length / 4, labels.length];
  const classes = logits.length / q;
  const [corners, wantedCorners] = [toCorners(boxes), toCorners(wanted)];
  const gious = giou(corners, wantedCorners);
  const [given, sought] = numbers === "corners" ? [corners, wantedCorners] : [boxes, wanted];
  const classCosts = classification === "softmax" ? softmaxCosts : focalCosts;
  const values = new Float64Array(q * t);
  if (t === 0) return values;
  for (let i = 0; i < q; i++) {
    const ofClass = classCosts(Array.prototype.slice.call(logits, i * classes, (i + 1) * classes) as number[]);
    for (let j = 0; j < t; j++) {
      let distance = 0;
      for (let k = 0; k < 4; k++) distance += Math.abs(given[4 * i + k]! - sought[4 * j + k]!);
      const at = i * t + j;
      values[at] = costs.class * ofClass[labels[j]!]! + costs.boxes * distance - costs.giou * gious[at]!;
    }
  }
  return values;
}

/** −p of each class. */
function softmaxCosts(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => -power / sum);
}

/** What focal loss would change if the query had the class. */
function focalCosts(logits: readonly number[]): number[] {
  const epsilon = 1e-8;
  return logits.map((logit) => {
    const p = 1 / (1 + Math.exp(-logit));
    const withIt = ALPHA * (1 - p) ** 2 * -Math.log(p + epsilon);
    const without = (1 - ALPHA) * p ** 2 * -Math.log(1 - p + epsilon);
    return withIt - without;
  });
}
