import type { Random } from "@tessera/core";
import type { Interpolation } from "../interpolation.ts";
import { roundHalfEven } from "../placement.ts";
import { cropImage, resizeImage, type Window } from "../resize.ts";
import type { RgbImage } from "../rgb-image.ts";
import { randomBetween, randomInteger } from "./draws.ts";

/**
 * Some part of the picture, resized to the model's size: torchvision's `RandomResizedCrop`, timm's
 * `RandomResizedCropAndInterpolation`.
 */
export interface RandomResizedCrop {
  readonly kind: "resized";
  /** The part's share of the picture's area. @default [0.08, 1] */
  readonly scale?: readonly [smallest: number, largest: number];
  /** The part's width over its height. @default [3 / 4, 4 / 3] */
  readonly ratio?: readonly [smallest: number, largest: number];
  /** `random` is bilinear or bicubic, as timm trains. @default that of the preprocessing */
  readonly interpolation?: Interpolation | "random";
}

/** A random part of a picture at the given size. */
export function randomResizedCrop(
  image: RgbImage,
  crop: RandomResizedCrop,
  size: readonly [height: number, width: number],
  fallback: Interpolation,
  random: Random,
): RgbImage {
  const window = drawWindow(image, crop, random);
  const wanted = crop.interpolation ?? fallback;
  const drawn = random.uniform() < 0.5 ? "bilinear" : "bicubic";
  const interpolation = wanted === "random" ? drawn : wanted;
  // Pillow's pixels beyond the part do not count, as they would in a window of the resized whole.
  return resizeImage(cropImage(image, window), { height: size[0], width: size[1], interpolation });
}

/** torchvision's `get_params`: ten tries for a part that fits, then the largest in the middle with a ratio in range. */
export function drawWindow(
  { width, height }: { width: number; height: number },
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: Omit<RandomResizedCrop, "kind">,
  random: Random,
): Window {
  for (let tries = 0; tries < 10; tries++) {
    const area = height * width * randomBetween(random, scale[0], scale[1]);
    const aspect = Math.exp(randomBetween(random, Math.log(ratio[0]), Math.log(ratio[1])));
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      top: randomInteger(random, 0, height - h),
      left: randomInteger(random, 0, width - w),
      width: w,
      height: h,
    };
  }
  const own = width / height;
  const w = own > ratio[1] ? roundHalfEven(height * ratio[1]) : width;
  const h = own < ratio[0] ? roundHalfEven(width / ratio[0]) : height;
  return { top: (height - h) >> 1, left: (width - w) >> 1, width: w, height: h };
}
