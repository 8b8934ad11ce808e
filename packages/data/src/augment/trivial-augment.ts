import type { Random } from "@tessera/core";
import { roundHalfEven } from "../placement.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Rgb } from "../statistics.ts";
import {
  type AffineInterpolation,
  type AffineOptions,
  rotate,
  shearX,
  shearY,
  translateX,
  translateY,
} from "./affine.ts";
import { randomInteger } from "./draws.ts";
import { brightness, contrast, saturation, sharpness } from "./enhance.ts";
import { autoContrast, equalize, posterize, solarize } from "./tones.ts";

/** Müller and Hutter 2021, "TrivialAugment", in its wide space, as torchvision has it: one operation, nothing to tune. */
export interface TrivialAugment {
  readonly kind: "trivial";
  /** @default "nearest" */
  readonly interpolation?: AffineInterpolation;
}

/** Magnitudes of each operation. */
const bins = 31;

type Operation = (image: RgbImage, bin: number, sign: number, options: AffineOptions) => RgbImage;

/** The bin's place between 0 and 1. */
const level = (bin: number) => bin / (bins - 1);

function enhance(operation: (image: RgbImage, factor: number) => RgbImage): Operation {
  return (image, bin, sign) => operation(image, 1 + sign * 0.99 * level(bin));
}

function move(operation: (image: RgbImage, by: number, options: AffineOptions) => RgbImage, most: number): Operation {
  return (image, bin, sign, options) => operation(image, sign * most * level(bin), options);
}

/** Whole pixels, as torchvision cuts them. */
function shift(operation: (image: RgbImage, by: number, options: AffineOptions) => RgbImage): Operation {
  return (image, bin, sign, options) => operation(image, -Math.trunc(sign * 32 * level(bin)), options);
}

const operations: readonly Operation[] = [
  (image) => image,
  move(shearX, 0.99),
  move(shearY, 0.99),
  shift(translateX),
  shift(translateY),
  move(rotate, 135),
  enhance(brightness),
  enhance(saturation),
  enhance(contrast),
  enhance(sharpness),
  (image, bin) => posterize(image, 8 - roundHalfEven(bin / ((bins - 1) / 6))),
  (image, bin) => solarize(image, 255 - 255 * level(bin)),
  autoContrast,
  equalize,
];

/** Does what is drawn. @param fill What is seen where the picture has been moved away. */
export function trivialAugment(image: RgbImage, policy: TrivialAugment, fill: Rgb, random: Random): RgbImage {
  const operation = operations[randomInteger(random, 0, operations.length - 1)]!;
  const bin = randomInteger(random, 0, bins - 1);
  const sign = random.uniform() < 0.5 ? 1 : -1;
  return operation(image, bin, sign, { fill, interpolation: policy.interpolation ?? "nearest" });
}
