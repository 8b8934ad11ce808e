import { type Random, TesseraError } from "@tessera/core";
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
import { randomBetween, randomInteger } from "./draws.ts";
import { brightness, contrast, saturation, sharpness } from "./enhance.ts";
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from "./tones.ts";

/** Cubuk et al. 2020, "RandAugment", as timm has it: operations drawn from fifteen, all of one magnitude. */
export interface RandAugment {
  readonly kind: "rand";
  /** How strong, 0 to 10. @default 10 */
  readonly magnitude?: number;
  /** How many operations. @default 2 */
  readonly layers?: number;
  /** How often each is done. @default 0.5 */
  readonly probability?: number;
  /** Deviation of the magnitude, drawn for each operation; beyond 100 it is uniform up to `magnitude`. @default 0 */
  readonly deviation?: number;
  /** What a magnitude is cut to. @default 10 */
  readonly maximum?: number;
  /** Whether a larger magnitude is a stronger change in all operations. @default false */
  readonly increasing?: boolean;
  /** `random` is bilinear or bicubic, drawn for each operation. @default "random" */
  readonly interpolation?: AffineInterpolation | "random";
}

/** An operation with what it makes of a magnitude. */
interface Operation {
  /** @param level 0 to 1. @param either A value or its negative, drawn. */
  argument(level: number, either: (value: number) => number): number;
  apply(image: RgbImage, argument: number, options: AffineOptions): RgbImage;
}

const none = () => 0;
/** Weaker below 5, stronger above. */
const enhanceArgument = (level: number) => level * 1.8 + 0.1;
/** Weaker or stronger, the further from 1 the larger the level. */
const enhanceEitherWay: Operation["argument"] = (level, either) => Math.max(0.1, 1 + either(level * 0.9));
const solarizeThreshold = (level: number) => Math.min(256, Math.trunc(level * 256));
const posterizeBits = (level: number) => Math.trunc(level * 4);
const share: Operation["argument"] = (level, either) => either(level * 0.45);
const shear: Operation["argument"] = (level, either) => either(level * 0.3);

const unchanging: Record<string, Operation> = {
  AutoContrast: { argument: none, apply: autoContrast },
  Equalize: { argument: none, apply: equalize },
  Invert: { argument: none, apply: invert },
  Rotate: { argument: (level, either) => either(level * 30), apply: rotate },
  SolarizeAdd: { argument: (level) => Math.min(128, Math.trunc(level * 110)), apply: solarizeAdd },
  ShearX: { argument: shear, apply: shearX },
  ShearY: { argument: shear, apply: shearY },
  TranslateXRel: { argument: share, apply: (image, by, options) => translateX(image, by * image.width, options) },
  TranslateYRel: { argument: share, apply: (image, by, options) => translateY(image, by * image.height, options) },
};

/** The operations of the paper. */
export const plainOperations: Readonly<Record<string, Operation>> = {
  ...unchanging,
  Posterize: { argument: posterizeBits, apply: posterize },
  Solarize: { argument: solarizeThreshold, apply: solarize },
  Color: { argument: enhanceArgument, apply: saturation },
  Contrast: { argument: enhanceArgument, apply: contrast },
  Brightness: { argument: enhanceArgument, apply: brightness },
  Sharpness: { argument: enhanceArgument, apply: sharpness },
};

/** Those whose change grows with the magnitude. */
export const increasingOperations: Readonly<Record<string, Operation>> = {
  ...unchanging,
  PosterizeIncreasing: { argument: (level) => 4 - posterizeBits(level), apply: posterize },
  SolarizeIncreasing: { argument: (level) => 256 - solarizeThreshold(level), apply: solarize },
  ColorIncreasing: { argument: enhanceEitherWay, apply: saturation },
  ContrastIncreasing: { argument: enhanceEitherWay, apply: contrast },
  BrightnessIncreasing: { argument: enhanceEitherWay, apply: brightness },
  SharpnessIncreasing: { argument: enhanceEitherWay, apply: sharpness },
};

const plain = Object.values(plainOperations);
const increasing = Object.values(increasingOperations);

/** Does what a policy draws. @param fill What is seen where the picture has been moved away. */
export function randAugment(image: RgbImage, policy: RandAugment, fill: Rgb, random: Random): RgbImage {
  const { magnitude = 10, layers = 2, probability = 0.5, maximum = 10, interpolation = "random" } = policy;
  const operations = policy.increasing ? increasing : plain;
  let out = image;
  for (let layer = 0; layer < layers; layer++) {
    const { argument, apply } = operations[randomInteger(random, 0, operations.length - 1)]!;
    if (random.uniform() >= probability) continue;
    const level = Math.max(0, Math.min(maximum, drawn(magnitude, policy.deviation ?? 0, random))) / 10;
    const by = argument(level, (value) => (random.uniform() < 0.5 ? -value : value));
    const either = random.uniform() < 0.5 ? "bilinear" : "bicubic";
    out = apply(out, by, { fill, interpolation: interpolation === "random" ? either : interpolation });
  }
  return out;
}

function drawn(magnitude: number, deviation: number, random: Random): number {
  if (deviation === 0) return magnitude;
  return deviation > 100 ? randomBetween(random, 0, magnitude) : magnitude + deviation * random.normal();
}

const sections: Record<string, (value: number) => Partial<RandAugment>> = {
  m: (magnitude) => ({ magnitude }),
  n: (layers) => ({ layers }),
  p: (probability) => ({ probability }),
  mstd: (deviation) => ({ deviation }),
  mmax: (maximum) => ({ maximum }),
  inc: (value) => ({ increasing: value > 0 }),
};

/**
 * timm's way to write RandAugment: `rand-m9-mstd0.5-inc1`, of `m` magnitude, `n` layers, `p` probability, `mstd` deviation,
 * `mmax` maximum and `inc1` for increasing operations.
 *
 * @throws TesseraError for a section of another kind.
 */
export function parseRandAugment(text: string): RandAugment {
  const [name, ...rest] = text.split("-");
  const options = rest.map((section) => {
    const [, key, value] = /^([a-z]+)(\d+(?:\.\d+)?)$/.exec(section) ?? [];
    if (name === "rand" && key && Object.hasOwn(sections, key)) return sections[key]!(Number(value));
    throw new TesseraError(
      `parseRandAugment: expected sections ${Object.keys(sections).join(", ")} with a number, as in rand-m9-mstd0.5-inc1, got ${section} in ${text}`,
    );
  });
  return Object.assign({ kind: "rand" }, ...options) as RandAugment;
}
