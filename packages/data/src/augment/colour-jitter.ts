import type { Random } from "@tessera/core";
import { shuffle } from "../datasets/subset.ts";
import type { RgbImage } from "../rgb-image.ts";
import { randomBetween } from "./draws.ts";
import { brightness, contrast, saturation } from "./enhance.ts";
import { turnHue } from "./hue.ts";

/** torchvision's `ColorJitter`: what is given is changed, in a drawn order. */
export interface ColourJitter {
  /** Factors from 1 − this, at least 0, to 1 + this. */
  readonly brightness?: number;
  /** As `brightness`. */
  readonly contrast?: number;
  /** As `brightness`. */
  readonly saturation?: number;
  /** Shares of the colour circle up to this, either way; at most 0.5. */
  readonly hue?: number;
}

/** Does what is drawn. */
export function colourJitter(image: RgbImage, jitter: ColourJitter, random: Random): RgbImage {
  const factor = (most: number) => randomBetween(random, Math.max(0, 1 - most), 1 + most);
  const steps = [
    jitter.brightness && ((picture: RgbImage) => brightness(picture, factor(jitter.brightness!))),
    jitter.contrast && ((picture: RgbImage) => contrast(picture, factor(jitter.contrast!))),
    jitter.saturation && ((picture: RgbImage) => saturation(picture, factor(jitter.saturation!))),
    jitter.hue && ((picture: RgbImage) => turnHue(picture, randomBetween(random, -jitter.hue!, jitter.hue!))),
  ];
  const order = [0, 1, 2, 3];
  shuffle(order, random);
  let out = image;
  for (const at of order) {
    const step = steps[at];
    if (step) out = step(out);
  }
  return out;
}
