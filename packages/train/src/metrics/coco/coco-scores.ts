import { TesseraError, shown } from "@tessera/core";
import {
  type AreaRange,
  type CocoAnnotation,
  type CocoDetection,
  type ImageMatches,
  matchImage,
} from "./match-image.ts";

/** What there is and what was found. Boxes are in pixels. */
export interface CocoEvaluation {
  /** Ids of the pictures, those without objects too. */
  images: readonly (number | string)[];
  /** Ids of the classes that count. */
  categories: readonly number[];
  annotations: readonly CocoAnnotation[];
  detections: readonly CocoDetection[];
}

/** COCO's twelve numbers, from 0 to 1, or −1 where there is nothing to be found. */
export interface CocoScores {
  /** Average precision: over classes, recalls from 0 to 1 and IoU thresholds from 0.5 to 0.95. */
  AP: number;
  AP50: number;
  AP75: number;
  /** Of objects below 32², from there to 96², and above. */
  APs: number;
  APm: number;
  APl: number;
  /** Average recall with the best 1, 10 and 100 detections a picture and class. */
  AR1: number;
  AR10: number;
  AR100: number;
  ARs: number;
  ARm: number;
  ARl: number;
  /** AP of each class by its id. */
  byCategory: Record<number, number>;
}

// As numpy's linspace makes them.
const thresholds = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));
const recalls = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));
const areas = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
} as const satisfies Record<string, AreaRange>;

/** Of one class: precision at each recall for each threshold, and the highest recall; undefined where nothing is to be found. */
type Curves = { precisions: number[][]; recalls: number[] } | undefined;

/**
 * How well things were found: average precision and recall as pycocotools computes them for boxes, with crowds, ties and
 * interpolation. Lin et al. 2014, https://cocodataset.org/#detection-eval
 *
 * @throws {TesseraError} for detections on other pictures, and for scores and boxes that are no numbers.
 */
export function cocoScores(evaluation: CocoEvaluation): CocoScores {
  check(evaluation);
  const at = (area: keyof typeof areas, most: number) => curvesOf(evaluation, areas[area], most);
  const all = at("all", 100);
  const [small, medium, large] = [at("small", 100), at("medium", 100), at("large", 100)];
  return {
    AP: precisionOf(all),
    AP50: precisionOf(all, [0]),
    AP75: precisionOf(all, [5]),
    APs: precisionOf(small),
    APm: precisionOf(medium),
    APl: precisionOf(large),
    AR1: recallOf(at("all", 1)),
    AR10: recallOf(at("all", 10)),
    AR100: recallOf(all),
    ARs: recallOf(small),
    ARm: recallOf(medium),
    ARl: recallOf(large),
    byCategory: Object.fromEntries(evaluation.categories.map((category, i) => [category, precisionOf([all[i]])])),
  };
}

function check({ images, detections, annotations }: CocoEvaluation): void {
  const known = new Set(images);
  for (const { image_id: image, bbox, score } of detections) {
    if (!known.has(image))
      throw new TesseraError(`cocoScores: expected detections on the pictures, got picture ${shown(image)}`);
    if (![...bbox, score].every(Number.isFinite))
      throw new TesseraError(`cocoScores: expected scores and boxes of numbers, got ${score} for [${bbox.join(", ")}] on picture ${shown(image)}`); // prettier-ignore
  }
  const broken = annotations.find(({ bbox, area }) => ![...bbox, area].every(Number.isFinite));
  if (broken)
    throw new TesseraError(`cocoScores: expected objects with boxes of numbers, got [${broken.bbox.join(", ")}]`);
}

/** The curves of each class. */
function curvesOf({ images, categories, ...all }: CocoEvaluation, area: AreaRange, most: number): Curves[] {
  const ids = [...new Set(images)].sort((a, b) => (a < b ? -1 : 1));
  const annotations = byPlace(all.annotations);
  const detections = byPlace(all.detections);
  return categories.map((category) =>
    curves(
      ids.map((image) => {
        const key = placeOf(image, category);
        // A worse detection takes no object from a better one, so that it may as well not be there.
        return matchImage(annotations.get(key) ?? [], detections.get(key) ?? [], thresholds, area, most);
      }),
    ),
  );
}

function byPlace<T extends { image_id: number | string; category_id: number }>(all: readonly T[]): Map<string, T[]> {
  const places = new Map<string, T[]>();
  for (const one of all) {
    const key = placeOf(one.image_id, one.category_id);
    const place = places.get(key);
    if (place) place.push(one);
    else places.set(key, [one]);
  }
  return places;
}

function placeOf(image: number | string, category: number): string {
  return JSON.stringify([image, category]);
}

function curves(matches: readonly ImageMatches[]): Curves {
  const objects = matches.reduce((count, one) => count + one.objects, 0);
  if (objects === 0) return undefined;
  const order = matches
    .flatMap(({ scores }, image) => scores.map((score, i) => ({ score, image, i })))
    .sort((a, b) => b.score - a.score);
  const highest: number[] = [];
  const precisions = thresholds.map((_, t) => {
    let [hits, misses] = [0, 0];
    const [precision, recall]: [number[], number[]] = [[], []];
    for (const { image, i } of order) {
      const { hits: isHit, ignored } = matches[image]!;
      if (!ignored[t]![i]) [hits, misses] = isHit[t]![i] ? [hits + 1, misses] : [hits, misses + 1];
      precision.push(hits / (hits + misses + Number.EPSILON));
      recall.push(hits / objects);
    }
    highest.push(recall.at(-1) ?? 0);
    // No precision is below one at a higher recall.
    for (let i = precision.length - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1]!, precision[i]!);
    let first = 0;
    return recalls.map((wanted) => {
      while (first < recall.length && recall[first]! < wanted) first++;
      return precision[first] ?? 0;
    });
  });
  return { precisions, recalls: highest };
}

/** Mean over classes, recalls and thresholds, or those of these numbers. */
function precisionOf(classes: readonly Curves[], which = thresholds.map((_, t) => t)): number {
  return mean(classes.flatMap((one) => (one ? which.flatMap((t) => one.precisions[t]!) : [])));
}

function recallOf(classes: readonly Curves[]): number {
  return mean(classes.flatMap((one) => one?.recalls ?? []));
}

/** −1 of nothing. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? -1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
