import { type Tensor4D, concat, tensor4d, tidy, where, zeros, fill } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Explained } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";
import { type ImputationOptions, imputed } from "./imputed.ts";

export interface CurveOptions {
  /** A class by its number. @default the class that the whole picture is taken for */
  target?: number | "predicted";
  /** Points of the curve, besides the untouched picture. @default as many as there are places, at most 32 */
  steps?: number;
  /** What a picture shows where it is hidden: a value as the model sees it. @default 0, mid-grey for most models */
  value?: number;
  /** Stops between two forwards. */
  signal?: AbortSignal;
}

/** The probability of a class as more and more of a picture goes, or comes. */
export interface Curve {
  /** Share of the places that were changed, from 0 to 1, and the class's probability then. */
  points: (readonly [share: number, probability: number])[];
  /** Under the curve, from 0 to 1. */
  area: number;
}

/**
 * The probability of a class while the places that a map finds most important are hidden, one after the other: Petsiuk et al. 2018
 * (RISE). The sooner it falls, the better the map has found what the answer is made of: a small area is good.
 *
 * @param image One picture, [1, h, w, c].
 * @throws {TesseraError} if there are several pictures, or the map's places do not cover the picture.
 */
export function deletionCurve(
  model: Explained,
  image: Tensor4D,
  map: Heatmap,
  options: CurveOptions = {},
): Promise<Curve> {
  return curve(model, image, map, options, "deletion");
}

/**
 * The probability of a class while the places that a map finds most important are shown, one after the other, on a picture that shows
 * nothing: Petsiuk et al. 2018. A large area is good.
 *
 * @throws as `deletionCurve`.
 */
export function insertionCurve(
  model: Explained,
  image: Tensor4D,
  map: Heatmap,
  options: CurveOptions = {},
): Promise<Curve> {
  return curve(model, image, map, options, "insertion");
}

export interface RoadOptions extends CurveOptions, ImputationOptions {
  /** Whether the most or the least important places go first. @default "most" */
  order?: "most" | "least";
}

/**
 * The probability of a class while places go, one after the other, and what goes is filled in from what is left: ROAD of Rong et al. 2022. A
 * hidden square has a shape that a model may see; what is filled in has none. With `most` a small area is good, with `least` a large one.
 *
 * @throws as `deletionCurve`.
 */
export async function roadCurve(
  model: Explained,
  image: Tensor4D,
  map: Heatmap,
  { order = "most", steps = 10, noise, seed, ...options }: RoadOptions = {},
): Promise<Curve> {
  const pixels = await image.data<"float32">();
  const [, ...size] = image.shape;
  const ordered = order === "most" ? map : { ...map, values: map.values.map((value) => -value) };
  const without = (removed: Uint8Array) => tensor4d(imputed(pixels, removed, size, { noise, seed }), image.shape);
  return curve(model, image, ordered, { ...options, steps }, "road", without);
}

/** Pictures that are computed together. */
const BATCH = 16;

async function curve(
  model: Explained,
  image: Tensor4D,
  map: Heatmap,
  { target = "predicted", steps, value = 0, signal }: CurveOptions,
  kind: "deletion" | "insertion" | "road",
  without = (removed: Uint8Array) => covered(image, removed, value),
): Promise<Curve> {
  const [b, height, width] = image.shape;
  if (b !== 1) throw new TesseraError(`${kind}Curve: expected one picture, got ${b}; call it for each`);
  const { values, rows, columns } = map;
  if (values.length !== rows * columns || rows > height || columns > width)
    throw new TesseraError(`${kind}Curve: expected a map of at most ${height}×${width} places, got ${values.length}`);
  const order = Array.from(values.keys()).sort((i, j) => values[j]! - values[i]! || i - j);
  const count = Math.min(steps ?? 32, order.length);
  if (!(count >= 1)) throw new TesseraError(`${kind}Curve: expected a number of steps from 1, got ${steps}`);
  const changed = Array.from({ length: count + 1 }, (_, step) => Math.round((step * order.length) / count));
  const scores: Float32Array[] = [];
  const whole = await scoresOf(model, [image]);
  for (let at = 0; at < changed.length; at += BATCH) {
    signal?.throwIfAborted();
    const pictures = changed.slice(at, at + BATCH).map((size) => {
      const isChanged = new Set(order.slice(0, size));
      return without(pixelsOf(map, image.shape, (place) => isChanged.has(place) === (kind !== "insertion")));
    });
    scores.push(...(await scoresOf(model, pictures)));
    for (const picture of pictures) picture.dispose();
  }
  const chosen = target === "predicted" ? whole[0]!.indexOf(Math.max(...whole[0]!)) : target;
  if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < whole[0]!.length))
    throw new TesseraError(`${kind}Curve: expected a class from 0 to ${whole[0]!.length - 1}, got ${target}`);
  const points = changed.map((size, i) => [size / order.length, probability(scores[i]!, chosen)] as const);
  return { points, area: areaUnder(points) };
}

/** 1 for each pixel that lies in one of some places of a map. [h · w] */
function pixelsOf(
  { rows, columns }: Heatmap,
  [, height, width]: Tensor4D["shape"],
  isChosen: (place: number) => boolean,
): Uint8Array {
  return Uint8Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    return isChosen(Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width)) ? 1 : 0;
  });
}

/** A picture that shows a value instead of some pixels. */
function covered(image: Tensor4D, removed: Uint8Array, value: number): Tensor4D {
  return tidy(() => {
    const other = value === 0 ? zeros(image.shape) : fill(image.shape, value);
    return where(tensor4d(removed, [1, image.shape[1], image.shape[2], 1], "bool"), other, image) as Tensor4D;
  });
}

async function scoresOf(model: Explained, pictures: Tensor4D[]): Promise<Float32Array[]> {
  const logits = tidy(() => model.forward(concat(pictures) as Tensor4D));
  const all = await logits.data<"float32">();
  const classes = logits.shape[1];
  logits.dispose();
  return pictures.map((_, i) => all.slice(i * classes, (i + 1) * classes));
}

function probability(logits: Float32Array, chosen: number): number {
  const top = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Math.exp(logits[chosen]! - top) / sum;
}

/** By trapezoids. */
function areaUnder(points: Curve["points"]): number {
  let area = 0;
  for (const [i, [share, value]] of points.entries()) {
    const [before, last] = points[i - 1] ?? [share, value];
    area += ((share - before) * (value + last)) / 2;
  }
  return area;
}
