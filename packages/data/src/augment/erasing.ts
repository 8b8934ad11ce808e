import type { Random } from "@tessera/core";
import { roundHalfEven } from "../placement.ts";
import type { Window } from "../resize.ts";
import { randomBetween, randomInteger } from "./draws.ts";

/** Zhong et al. 2020, "Random Erasing Data Augmentation", by timm's rule; it works on normalised values. */
export interface RandomErasing {
  /** How often a picture is erased. */
  readonly probability: number;
  /** `const` leaves zeros, which are the mean colour; `pixel` standard normal noise. @default "const" */
  readonly mode?: "const" | "pixel";
  /** A box's share of the picture. @default [0.02, 1 / 3] */
  readonly area?: readonly [smallest: number, largest: number];
  /** A box's least width over height, and its inverse the most. @default 0.3 */
  readonly minAspect?: number;
  /** The most boxes; how many is drawn, and they share the area. @default 1 */
  readonly count?: number;
}

/** Erases boxes of `values`, [height, width, channels] in place, or leaves them. */
export function randomErasing(
  values: Float32Array,
  [height, width]: readonly [number, number],
  options: RandomErasing,
  random: Random,
): void {
  const { probability, mode = "const", count = 1 } = options;
  if (random.uniform() >= probability) return;
  const boxes = count === 1 ? 1 : randomInteger(random, 1, count);
  const channels = values.length / (height * width);
  for (let n = 0; n < boxes; n++) {
    const box = drawBox(height, width, options, boxes, random);
    if (!box) continue;
    for (let y = box.top; y < box.top + box.height; y++) {
      const from = (y * width + box.left) * channels;
      const to = from + box.width * channels;
      if (mode === "const") values.fill(0, from, to);
      else for (let i = from; i < to; i++) values[i] = random.normal();
    }
  }
}

/** The box of ten tries, which always leaves a row and a column; none may fit. */
export function drawBox(
  height: number,
  width: number,
  { area = [0.02, 1 / 3], minAspect = 0.3 }: Pick<RandomErasing, "area" | "minAspect">,
  boxes: number,
  random: Pick<Random, "uniform">,
): Window | null {
  for (let tries = 0; tries < 10; tries++) {
    const target = (randomBetween(random, area[0], area[1]) * height * width) / boxes;
    const aspect = Math.exp(randomBetween(random, Math.log(minAspect), Math.log(1 / minAspect)));
    const h = roundHalfEven(Math.sqrt(target * aspect));
    const w = roundHalfEven(Math.sqrt(target / aspect));
    if (w >= width || h >= height) continue;
    const top = randomInteger(random, 0, height - h);
    return { top, left: randomInteger(random, 0, width - w), height: h, width: w };
  }
  return null;
}
