import { type Detections, type PictureSizes, suppress } from "@tessera/detection";
import { clipped, movedBox, objectRule } from "./proposals/moved-boxes.ts";

/** IoU above which the less sure of two boxes of a class goes. */
const OVERLAP = 0.5;

export interface DetectionOptions {
  /** Pixels of the pictures that regions are on. */
  frames: PictureSizes;
  originals: PictureSizes;
  /** Least score. */
  score: number;
  /** Most objects of a picture. */
  most: number;
}

/**
 * What the heads say of regions: each class above the least score with its own box, cut to the picture, without those that overlap a surer one
 * of their class; the surest first. scores before softmax [r, classes + 1], deltas [r, 4 · classes], regions of each picture as corners; of no region nothing is read.
 */
export function objectsIn(
  scores: ArrayLike<number>,
  deltas: ArrayLike<number>,
  regions: readonly Float64Array[],
  { frames, originals, score, most }: DetectionOptions,
): Detections[] {
  const total = regions.reduce((count, { length }) => count + length / 4, 0);
  const classes = total === 0 ? 0 : scores.length / total - 1;
  let first = 0;
  return regions.map((boxes, picture) => {
    const frame = frames[picture]!;
    const [found, sure, labels]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < boxes.length / 4; i++) {
      const row = first + i;
      const shares = softmax(scores, row * (classes + 1), classes + 1);
      for (let kind = 0; kind < classes; kind++) {
        if (!(shares[kind]! > score)) continue;
        const box = clipped(movedBox(deltas, 4 * (row * classes + kind), boxes, i, objectRule), frame);
        if (!box) continue;
        found.push(...box);
        sure.push(shares[kind]!);
        labels.push(kind);
      }
    }
    first += boxes.length / 4;
    const kept = suppress(found, sure, { threshold: OVERLAP, classes: labels }).slice(0, most);
    const [height, width] = originals[picture]!;
    const ratios = [width / frame[1], height / frame[0]];
    return {
      labels: Int32Array.from(kept, (i) => labels[i]!),
      scores: Float32Array.from(kept, (i) => sure[i]!),
      boxes: Float64Array.from(kept.flatMap((i) => found.slice(4 * i, 4 * i + 4)), (value, at) => value * ratios[at % 2]!), // prettier-ignore
    };
  });
}

function softmax(values: ArrayLike<number>, start: number, count: number): number[] {
  const row = Array.from({ length: count }, (_, i) => values[start + i]!);
  const highest = row.reduce((a, b) => Math.max(a, b));
  const powers = row.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
