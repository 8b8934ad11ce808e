import type { Random } from "@tessera/core";
import type { RgbImage } from "../rgb-image.ts";
import { randomBetween, randomInteger } from "./draws.ts";
import { greyscale } from "./enhance.ts";
import { gaussianBlur } from "./gaussian-blur.ts";
import { solarize } from "./tones.ts";

/** Touvron et al. 2022, "DeiT III": grey, solarised or blurred, each of a third of the pictures. */
export interface ThreeAugment {
  readonly kind: "three";
}

/** Does what is drawn. */
export function threeAugment(image: RgbImage, random: Random): RgbImage {
  const which = randomInteger(random, 0, 2);
  if (which === 0) return greyscale(image);
  return which === 1 ? solarize(image, 128) : gaussianBlur(image, randomBetween(random, 0.1, 2));
}
