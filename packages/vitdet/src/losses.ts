import {
  type Scalar,
  type Tensor,
  type Tensor2D,
  add,
  concat,
  exp,
  log,
  mul,
  neg,
  relu,
  reshape,
  sub,
  sum,
  tensor1d,
  tensor2d,
  mean,
  tidy,
} from "@tensorflow/tfjs-core";
import { type Random, gatherRows, softmaxCrossEntropy } from "@tessera/core";
import type { Boxes } from "@tessera/detection";
import type { Objectness } from "./layers/heads.ts";
import { matchBoxes, sampled } from "./proposals/match-boxes.ts";
import { deltasBetween, objectRule, proposalRule } from "./proposals/moved-boxes.ts";

/** The objects of a picture. */
export interface Objects {
  labels: ArrayLike<number>;
  /** Corners in pixels. */
  corners: Boxes;
}

/**
 * The loss of region proposals: whether anchors are about objects, and how far their boxes are off, over sampled anchors. Divisors are
 * detectron2's: the number of anchors that are drawn at most.
 */
export function proposalLoss(
  levels: readonly Objectness[],
  anchors: Boxes,
  objects: readonly Objects[],
  { anchorBatch, random }: { anchorBatch: number; random: Random },
): Scalar {
  return tidy(() => {
    const count = anchors.length / 4;
    const logits: Tensor2D = concat(
      levels.map((level) => level.logits),
      1,
    );
    const deltas = reshape(concat(levels.map((level) => level.deltas), 1), [-1, 4]) as Tensor2D; // prettier-ignore
    const [targets, weights] = [new Float32Array(logits.size), new Float32Array(logits.size)];
    const [rows, wanted]: [number[], number[]] = [[], []];
    for (const [picture, { corners }] of objects.entries()) {
      const match = matchBoxes(anchors, corners, { low: 0.3, high: 0.7, keepsBest: true });
      const labels = sampled(match.labels, anchorBatch, 0.5, random.fork(`anchors ${picture}`));
      for (const [i, label] of labels.entries()) {
        if (label < 0) continue;
        const row = picture * count + i;
        [targets[row], weights[row]] = [label, 1];
        if (label === 0) continue;
        rows.push(row);
        wanted.push(...deltasBetween(anchors, i, corners, match.objects[i]!, proposalRule));
      }
    }
    const flat = reshape(logits, [-1]);
    const classes = sum(mul(crossEntropy(flat, tensor1d(targets)), tensor1d(weights)));
    return mul(add(classes, distance(deltas, rows, wanted)), 1 / (anchorBatch * objects.length)) as Scalar;
  });
}

/** Regions of a picture that the heads are trained on, the objects' own boxes among them, with their classes and objects. */
export interface TrainingRegions {
  boxes: Float64Array;
  /** As many as there are kinds of objects for "no object". */
  classes: Int32Array;
  objects: Int32Array;
}

/** Draws them from proposals. */
export function trainingRegions(
  proposals: Float64Array,
  { labels, corners }: Objects,
  { classes, regionBatch, random }: { classes: number; regionBatch: number; random: Random },
): TrainingRegions {
  const all = Float64Array.from([...proposals, ...Array.from(corners)]);
  const match = matchBoxes(all, corners, { low: 0.5, high: 0.5, keepsBest: false });
  const kept = sampled(match.labels, regionBatch, 0.25, random);
  const chosen = Array.from(kept.keys()).filter((i) => kept[i]! >= 0);
  return {
    boxes: Float64Array.from(chosen.flatMap((i) => [...all.subarray(4 * i, 4 * i + 4)])),
    classes: Int32Array.from(chosen, (i) => (kept[i] === 1 ? labels[match.objects[i]!]! : classes)),
    objects: Int32Array.from(chosen, (i) => match.objects[i]!),
  };
}

/** The loss of the heads: classes of regions, and how far the box of its own class is off where one is about an object. */
export function regionLoss(
  scores: Tensor2D,
  deltas: Tensor2D,
  regions: readonly TrainingRegions[],
  objects: readonly Objects[],
): Scalar {
  return tidy(() => {
    const kinds = scores.shape[1] - 1;
    const [rows, wanted]: [number[], number[]] = [[], []];
    let first = 0;
    for (const [picture, { boxes, classes, objects: of }] of regions.entries()) {
      for (const [i, kind] of classes.entries()) {
        if (kind === kinds) continue;
        rows.push((first + i) * kinds + kind);
        wanted.push(...deltasBetween(boxes, i, objects[picture]!.corners, of[i]!, objectRule));
      }
      first += classes.length;
    }
    const labels = tensor1d(regions.flatMap(({ classes }) => [...classes]), "int32"); // prettier-ignore
    const kindsLoss = mean(softmaxCrossEntropy(scores, labels));
    const boxLoss = mul(distance(reshape(deltas, [-1, 4]), rows, wanted), 1 / first);
    return add(kindsLoss, boxLoss) as Scalar;
  });
}

/** The sum of absolute differences of some rows, 0 of none. */
function distance(deltas: Tensor2D, rows: readonly number[], wanted: readonly number[]): Tensor {
  if (rows.length === 0) return mul(sum(deltas), 0);
  const apart = sub(gatherRows(deltas, tensor1d([...rows], "int32")), tensor2d([...wanted], [rows.length, 4]));
  return sum(add(relu(apart), relu(neg(apart))));
}

/** −log σ(x) where the target is 1 and −log σ(−x) where it is 0, without overflow. */
function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const magnitude = add(relu(logits), relu(neg(logits)));
  return add(sub(relu(logits), mul(logits, targets)), log(add(1, exp(neg(magnitude)))));
}
