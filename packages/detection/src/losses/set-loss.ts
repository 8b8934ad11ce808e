import {
  type Scalar,
  type Tensor2D,
  add,
  div,
  mul,
  neg,
  relu,
  reshape,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
} from "@tensorflow/tfjs-core";
import { TesseraError, gatherRows, softmaxCrossEntropy } from "@tessera/core";
import { cornersOf } from "../boxes/tensors.ts";
import { type Criterion, detrCriterion } from "../matching/criterion.ts";
import { type Match, matchQueries } from "../matching/match-queries.ts";
import type { Targets } from "../matching/targets.ts";
import { type Predictions, predictionSizes } from "../predictions.ts";
import { focalLoss } from "./focal-loss.ts";
import { giouOfPairs } from "./giou-of-pairs.ts";

/** Losses of one layer's predictions, not weighted. */
export interface SetLosses {
  class: Scalar;
  boxes: Scalar;
  giou: Scalar;
}

/**
 * The set loss of DETR over all layers: each layer's predictions are matched with the objects anew, and the weighted losses of all
 * are added up. Carion et al. 2020, section 3.1. Differentiable in logits and boxes.
 *
 * @param layers of the decoder: `model.layers(images)`
 * @throws {ShapeError} if predictions and targets do not fit.
 * @throws {TesseraError} for targets that cannot be, for predictions with NaN, and for no layer.
 */
export function setLoss(
  layers: readonly Predictions[],
  targets: readonly Targets[],
  criterion: Criterion = detrCriterion,
): Scalar {
  if (layers.length === 0) throw new TesseraError("setLoss: expected the predictions of a layer or more, got none");
  return tidy(() => {
    const parts = layers.flatMap((predictions) => {
      const losses = setLosses(predictions, targets, matchQueries(predictions, targets, criterion), criterion);
      return (["class", "boxes", "giou"] as const).map((part) => mul<Scalar>(losses[part], criterion.weights[part]));
    });
    return parts.reduce((total, part) => add(total, part));
  });
}

/**
 * Losses of one layer's predictions for a match. Those of boxes, and focal loss, are divided by the number of objects, or 1; softmax's
 * is the mean of all queries, of which those without an object count `noObjectWeight`.
 */
export function setLosses(
  predictions: Predictions,
  targets: readonly Targets[],
  matches: readonly Match[],
  criterion: Criterion = detrCriterion,
): SetLosses {
  const [b, q, classes] = predictionSizes(predictions, "setLosses");
  const objects = Math.max(
    1,
    targets.reduce((count, { labels }) => count + labels.length, 0),
  );
  return tidy(() => {
    const logits: Tensor2D = reshape(predictions.logits, [b * q, classes]);
    const boxes: Tensor2D = reshape(predictions.boxes, [b * q, 4]);
    const none = criterion.classification === "softmax" ? classes - 1 : -1;
    const wanted = wantedClasses(q, targets, matches, none);
    return {
      class:
        criterion.classification === "softmax"
          ? weighted(logits, wanted, none, criterion)
          : focal(logits, wanted, objects),
      ...boxLosses(boxes, q, targets, matches, objects, criterion),
    };
  });
}

/** The class of each query's object, or `none`. */
function wantedClasses(q: number, targets: readonly Targets[], matches: readonly Match[], none: number): Int32Array {
  const wanted = new Int32Array(q * targets.length).fill(none);
  for (const [picture, { queries, targets: of }] of matches.entries())
    for (const [i, query] of queries.entries()) wanted[picture * q + query] = targets[picture]!.labels[of[i]!]!;
  return wanted;
}

function weighted(logits: Tensor2D, wanted: Int32Array, none: number, { noObjectWeight }: Criterion): Scalar {
  const weights = Float32Array.from(wanted, (label) => (label === none ? noObjectWeight : 1));
  const total = weights.reduce((all, weight) => all + weight, 0);
  const losses = softmaxCrossEntropy(logits, tensor1d(wanted, "int32"));
  return div(sum(mul(losses, tensor1d(weights))), total);
}

function focal(logits: Tensor2D, wanted: Int32Array, objects: number): Scalar {
  const [rows, classes] = logits.shape;
  const targets = new Float32Array(rows * classes);
  for (const [row, label] of wanted.entries()) if (label >= 0) targets[row * classes + label] = 1;
  return div(focalLoss(logits, tensor2d(targets, [rows, classes])), objects);
}

/** L1 and 1 − GIoU of the queries that have an object. */
function boxLosses(
  boxes: Tensor2D,
  q: number,
  targets: readonly Targets[],
  matches: readonly Match[],
  objects: number,
  { distance }: Criterion,
): Pick<SetLosses, "boxes" | "giou"> {
  const rows = matches.flatMap(({ queries }, picture) => queries.map((query) => picture * q + query));
  // Of no object the losses are 0, and so are their gradients, which there are.
  if (rows.length === 0) return { boxes: mul(sum(boxes), 0), giou: mul(sum(boxes), 0) };
  const given = gatherRows(boxes, tensor1d(rows, "int32"));
  const wanted = tensor2d(
    matches.flatMap(({ targets: of }, picture) =>
      of.map((at) => [0, 1, 2, 3].map((k) => targets[picture]!.boxes[4 * at + k]!)),
    ),
    [rows.length, 4],
  );
  const [corners, wantedCorners] = [cornersOf(given), cornersOf(wanted)];
  const apart = distance === "corners" ? sub<Tensor2D>(corners, wantedCorners) : sub<Tensor2D>(given, wanted);
  const similar = giouOfPairs(corners, wantedCorners);
  return {
    boxes: div(sum(add(relu(apart), relu(neg(apart)))), objects),
    giou: div(sum(sub(1, similar)), objects),
  };
}
