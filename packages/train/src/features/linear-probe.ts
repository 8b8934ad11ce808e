import { TesseraError } from "@tessera/core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { FeatureHead } from "./feature-head.ts";
import type { FeatureSet } from "./feature-set.ts";

/** Strengths that are tried: from next to nothing to where every answer is the mean. */
const STRENGTHS = Array.from({ length: 16 }, (_, i) => 4 ** (i - 5));

export interface LinearProbe {
  /** Gives scores whose softmax are sensible probabilities; the caller disposes of it. */
  head: FeatureHead;
  /** The strength of the penalty that was chosen: what is added to the squared sums of standardised features. */
  l2: number;
  /** Share of the pictures that are told right by a probe of all others. */
  leaveOneOut: number;
}

/**
 * The best linear head on frozen features, in closed form: ridge regression to targets of ±1, as the ViT paper judges features by a
 * few pictures a class (Dosovitskiy et al. 2021, section 4.1). It takes no rate, no epochs and no pictures to choose by: the
 * penalty is the one by which each picture is best told from all others, which also follows in closed form, and so does the scale
 * of the scores. Features are centred and standardised first, and the bias is not penalised.
 *
 * @throws {TesseraError} if there are fewer than two pictures, or a feature that is not finite.
 */
export function linearProbe(set: FeatureSet): LinearProbe {
  const { values, width, labels, classes } = set;
  const n = labels.length;
  if (n < 2) throw new TesseraError(`linearProbe: expected at least two pictures, got ${n}`);
  if (!values.every(Number.isFinite)) {
    throw new TesseraError("linearProbe: expected finite features, got NaN or infinity; look at the model's weights");
  }
  const { features, means, deviations } = standardised(values, width);
  const targets = new Matrix(n, classes.length).fill(-1);
  for (const [i, label] of labels.entries()) targets.set(i, label, 1);
  const offsets = targets.mean("column");
  targets.subRowVector(offsets);

  const { basis, stretch } = principal(features);
  const coordinates = features.mmul(basis);
  const moments = coordinates.transpose().mmul(targets);
  const tried = STRENGTHS.map((l2) => {
    const weights = shrunk(moments, stretch, l2);
    const { scores, right, error } = leftOut({ coordinates, targets, offsets, labels }, weights, stretch, l2);
    return { l2, weights, scores, right, error };
  });
  const best = tried.reduce((a, b) => (b.right > a.right || (b.right === a.right && b.error < a.error) ? b : a));

  const head = new FeatureHead(width, classes.length).init(0);
  const scale = bestScale(best.scores, labels);
  const perFeature = basis.mmul(best.weights);
  const weight = new Float32Array(classes.length * width);
  const bias = Float64Array.from(offsets);
  for (let c = 0; c < classes.length; c++) {
    for (let f = 0; f < width; f++) {
      const value = perFeature.get(f, c) / deviations[f]!;
      weight[c * width + f] = scale * value;
      bias[c]! -= value * means[f]!;
    }
  }
  head.head.weight.set(weight);
  head.head.bias!.set(Float32Array.from(bias, (value) => scale * value));
  return { head, l2: best.l2, leaveOneOut: best.right / n };
}

/** Mean 0 and variance 1 a feature; one that never varies stays 0. */
function standardised(values: Float32Array, width: number) {
  const n = values.length / width;
  const features = Matrix.from1DArray(n, width, Array.from(values));
  const means = features.mean("column");
  features.subRowVector(means);
  const deviations = features
    .standardDeviation("column", { mean: means.map(() => 0), unbiased: false })
    .map((deviation) => (deviation > 1e-12 ? deviation : 1));
  features.divRowVector(deviations);
  return { features, means, deviations };
}

/** Directions in which features vary, [width, directions], and their squared sums; by the smaller of the two Gram matrices. */
function principal(features: Matrix): { basis: Matrix; stretch: number[] } {
  const { rows, columns } = features;
  const across = features.transpose();
  const isTall = rows >= columns;
  const gram = isTall ? across.mmul(features) : features.mmul(across);
  const { eigenvectorMatrix: vectors, realEigenvalues } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const largest = Math.max(...realEigenvalues);
  const kept = [...realEigenvalues.keys()].filter((i) => realEigenvalues[i]! > 1e-10 * largest);
  const stretch = kept.map((i) => realEigenvalues[i]!);
  const chosen = vectors.subMatrixColumn(kept);
  return { basis: isTall ? chosen : across.mmul(chosen).divRowVector(stretch.map(Math.sqrt)), stretch };
}

function shrunk(moments: Matrix, stretch: readonly number[], l2: number): Matrix {
  return moments.clone().divColumnVector(stretch.map((value) => value + l2));
}

interface Fitted {
  coordinates: Matrix;
  targets: Matrix;
  offsets: readonly number[];
  labels: Int32Array;
}

/** What each picture gets from a regression on all others: its residual is that of the regression on all, divided by 1 − leverage. */
function leftOut({ coordinates, targets, offsets, labels }: Fitted, weights: Matrix, stretch: number[], l2: number) {
  const [n, k] = [targets.rows, targets.columns];
  const scores = coordinates.mmul(weights);
  let [right, error] = [0, 0];
  for (let i = 0; i < n; i++) {
    let leverage = 1 / n;
    for (const [j, value] of stretch.entries()) leverage += coordinates.get(i, j) ** 2 / (value + l2);
    const row: number[] = [];
    for (let c = 0; c < k; c++) {
      const target = targets.get(i, c);
      const residual = (target - scores.get(i, c)) / Math.max(1 - leverage, 1e-12);
      row[c] = target - residual + offsets[c]!;
      error += residual ** 2;
    }
    if (row.indexOf(Math.max(...row)) === labels[i]) right++;
    scores.setRow(i, row);
  }
  return { scores, right, error };
}

/** What scores are multiplied by so that their cross entropy is least, to a tenth: Guo et al. 2017 (temperature scaling). */
function bestScale(scores: Matrix, labels: Int32Array): number {
  const loss = (scale: number) => {
    let sum = 0;
    for (const [i, label] of labels.entries()) {
      const row = scores.getRow(i).map((score) => scale * score);
      const top = Math.max(...row);
      sum += top + Math.log(row.reduce((total, score) => total + Math.exp(score - top), 0)) - row[label]!;
    }
    return sum;
  };
  const scales = Array.from({ length: 60 }, (_, i) => 0.5 * 1.1 ** i);
  const losses = scales.map(loss);
  return scales[losses.indexOf(Math.min(...losses))]!;
}
