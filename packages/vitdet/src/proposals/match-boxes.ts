import type { Random } from "@tessera/core";
import { type Boxes, iou } from "@tessera/detection";

export interface MatchRule {
  /** A box below it is about nothing. */
  low: number;
  /** A box from it on is about the object; what lies between is left out. */
  high: number;
  /** The best boxes of an object are about it, however little they overlap it. */
  keepsBest: boolean;
}

export interface BoxMatch {
  /** The object that each box overlaps most. */
  objects: Int32Array;
  /** 1 about an object, 0 about nothing, −1 left out. */
  labels: Int8Array;
}

/** Which object each box is about: Ren et al. 2015, section 3.1.2. Corners of both. */
export function matchBoxes(boxes: Boxes, wanted: Boxes, { low, high, keepsBest }: MatchRule): BoxMatch {
  const [n, t] = [boxes.length / 4, wanted.length / 4];
  const objects = new Int32Array(n);
  const labels = new Int8Array(n);
  if (t === 0) return { objects, labels };
  const overlaps = iou(wanted, boxes); // [t, n]
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let j = 1; j < t; j++) if (overlaps[j * n + i]! > overlaps[best * n + i]!) best = j;
    objects[i] = best;
    const overlap = overlaps[best * n + i]!;
    labels[i] = overlap >= high ? 1 : overlap < low ? 0 : -1;
  }
  if (!keepsBest) return { objects, labels };
  for (let j = 0; j < t; j++) {
    const row = overlaps.subarray(j * n, (j + 1) * n);
    const best = row.reduce((a, b) => Math.max(a, b), 0);
    // An object without area overlaps nothing.
    if (best > 0) for (let i = 0; i < n; i++) if (row[i] === best) labels[i] = 1;
  }
  return { objects, labels };
}

/**
 * The boxes that a loss is of: at most `count`, of which at most a share is about objects, drawn where there are more. Others become −1.
 */
export function sampled(labels: Int8Array, count: number, share: number, random: Random): Int8Array {
  const of = (label: number) => Array.from(labels.keys()).filter((i) => labels[i] === label);
  const positive = drawn(of(1), Math.floor(count * share), random.fork("objects"));
  const negative = drawn(of(0), count - positive.length, random.fork("nothing"));
  const kept = new Int8Array(labels.length).fill(-1);
  for (const i of positive) kept[i] = 1;
  for (const i of negative) kept[i] = 0;
  return kept;
}

function drawn(all: readonly number[], most: number, random: Random): readonly number[] {
  if (all.length <= most) return all;
  const draws = all.map((value) => [random.uniform(), value] as const);
  return draws
    .sort(([a], [b]) => a - b)
    .slice(0, most)
    .map(([, value]) => value);
}
