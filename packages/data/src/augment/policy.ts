import { type Random, TesseraError } from "@tessera/core";
import type { Preprocessing } from "../preprocessing.ts";
import { roundHalfEven } from "../placement.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Rgb } from "../statistics.ts";
import { parseRandAugment, type RandAugment, randAugment } from "./rand-augment.ts";
import { type ThreeAugment, threeAugment } from "./three-augment.ts";
import { type TrivialAugment, trivialAugment } from "./trivial-augment.ts";

/** How a picture's colours and shape are changed at random. */
export type Policy = RandAugment | TrivialAugment | ThreeAugment;

/**
 * A policy by its name: `rand-m9-mstd0.5-inc1` and the like (see `parseRandAugment`), `trivial`, or `3a` as timm calls
 * three-augment.
 *
 * @throws TesseraError for another name.
 */
export function parsePolicy(text: string): Policy {
  if (text === "trivial") return { kind: "trivial" };
  if (text === "3a") return { kind: "three" };
  if (text.split("-")[0] === "rand") return parseRandAugment(text);
  throw new TesseraError(`parsePolicy: expected rand-…, trivial or 3a, got ${text}`);
}

/** Does what a policy draws. @param fill What is seen where the picture has been moved away. */
export function applyPolicy(image: RgbImage, policy: Policy, fill: Rgb, random: Random): RgbImage {
  switch (policy.kind) {
    case "rand":
      return randAugment(image, policy, fill, random);
    case "trivial":
      return trivialAugment(image, policy, fill, random);
    case "three":
      return threeAugment(image, random);
    default:
      return policy satisfies never;
  }
}

/** The mean colour as bytes, as timm fills. */
export function meanColour({ mean, scale }: Pick<Preprocessing, "mean" | "scale">): Rgb {
  return mean.map((value) => Math.min(255, Math.max(0, roundHalfEven(value / scale)))) as unknown as Rgb;
}
