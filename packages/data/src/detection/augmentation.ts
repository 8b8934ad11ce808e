import type { Random } from "@tessera/core";
import { randomInteger } from "../augment/draws.ts";
import { mirrored } from "../augment/flip.ts";
import { type DetectionSize, sizeWithin } from "../detection-preprocessing.ts";
import { cropImage, resizeImage } from "../resize.ts";
import type { RgbImage } from "../rgb-image.ts";

/** What is done to training pictures and their boxes, in this order. Plain data. What is absent is not done. */
export interface DetectionAugmentation {
  /** Mirrors left and right every second picture on average. */
  readonly flip?: "random";
  /** Cuts every second picture on average. */
  readonly crop?: DetectionCrop;
  /** Pixels of the shorter side, one of which is drawn for each picture. @default that of the preprocessing */
  readonly scales?: readonly number[];
}

/**
 * DETR's crop: the picture is brought to one of some sizes, and a part of it cut out whose sides are drawn, from `least` pixels to
 * `most`. Boxes are cut with it; those of which nothing is left are dropped.
 */
export interface DetectionCrop {
  /** Pixels of the shorter side, one of which is drawn. */
  readonly scales: readonly number[];
  readonly least: number;
  readonly most: number;
}

/** Corners of a box in pixels of its picture. */
export type Corners = readonly [left: number, top: number, right: number, bottom: number];

/** A picture on its way to a model, with the things on it. */
export interface View {
  readonly image: RgbImage;
  readonly objects: readonly { readonly label: number; readonly corners: Corners }[];
}

/**
 * A picture as a training sees it: Carion et al. 2020, section 4. Each step draws from a source of its own.
 *
 * @param size that the preprocessing brings it to, but for the shorter side where one is drawn
 */
export function augmented(
  view: View,
  { flip, crop, scales = [] }: DetectionAugmentation,
  size: DetectionSize,
  random: Random,
): View {
  let seen = flip && random.fork("flip").uniform() < 0.5 ? flipped(view) : view;
  if (crop) {
    const draws = random.fork("crop");
    if (draws.uniform() < 0.5) seen = cropped(seen, crop, draws);
  }
  return resized(seen, { ...size, shortest: oneOf(scales, random.fork("scale")) ?? size.shortest });
}

/** Brings a picture to a size by the rule of its detector, and its boxes with it. */
export function resized(view: View, size: DetectionSize): View {
  const { image, objects } = view;
  const { width, height } = sizeWithin(image, size);
  if (width === image.width && height === image.height) return view;
  const [across, down] = [width / image.width, height / image.height];
  return {
    image: resizeImage(image, { width, height, interpolation: "bilinear" }),
    objects: objects.map(({ label, corners: [left, top, right, bottom] }) => ({
      label,
      corners: [left * across, top * down, right * across, bottom * down],
    })),
  };
}

function flipped({ image, objects }: View): View {
  const { width } = image;
  return {
    image: mirrored(image),
    objects: objects.map(({ label, corners: [left, top, right, bottom] }) => ({
      label,
      corners: [width - right, top, width - left, bottom],
    })),
  };
}

function cropped(view: View, { scales, least, most }: DetectionCrop, random: Random): View {
  const shortest = oneOf(scales, random);
  const { image, objects } = shortest === undefined ? view : resized(view, { shortest, longest: Infinity });
  const side = (whole: number) => randomInteger(random, Math.min(least, whole), Math.min(most, whole));
  const [width, height] = [side(image.width), side(image.height)];
  const left = randomInteger(random, 0, image.width - width);
  const top = randomInteger(random, 0, image.height - height);
  const within = (at: number, start: number, length: number) => Math.min(length, Math.max(0, at - start));
  return {
    image: cropImage(image, { left, top, width, height }),
    objects: objects
      .map(({ label, corners: [x0, y0, x1, y1] }) => ({
        label,
        corners: [
          within(x0, left, width),
          within(y0, top, height),
          within(x1, left, width),
          within(y1, top, height),
        ] as const,
      }))
      .filter(({ corners: [x0, y0, x1, y1] }) => x1 > x0 && y1 > y0),
  };
}

/** Undefined of nothing. */
function oneOf(values: readonly number[], random: Random): number | undefined {
  return values.length > 0 ? values[randomInteger(random, 0, values.length - 1)] : undefined;
}
