import { placement, type Size } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { resizeImage, type Window } from "./resize.ts";
import { checkRgbImage, type RgbImage } from "./rgb-image.ts";

/** How a picture is resized and cut so that it fills its frame, or as much of it as it can. */
export interface Framing {
  readonly resized: Size;
  /** What of the resized picture is seen. */
  readonly window: Window;
  /** Where in the frame that lies; around it is padding. */
  readonly left: number;
  readonly top: number;
}

/** The framing of a picture of some size. */
export function framing(image: Size, spec: Pick<Preprocessing, "size" | "resize" | "centre">): Framing {
  const [height, width] = spec.size;
  const { resized, left, top } = placement(image, { height, width }, spec.resize, spec.centre);
  const window = { left: Math.max(0, left), top: Math.max(0, top), ...visible(resized, { left, top, height, width }) };
  return { resized, window, left: Math.max(0, -left), top: Math.max(0, -top) };
}

/**
 * The pixels that a model will see, before normalisation: resized, cropped and padded to `size`.
 * Only the part inside the crop is computed, so a very wide picture costs no more than a square one.
 *
 * @throws ShapeError when the picture's sizes and bytes disagree.
 */
export function frameImage(
  image: RgbImage,
  spec: Pick<Preprocessing, "size" | "resize" | "interpolation" | "centre" | "fill">,
): RgbImage {
  checkRgbImage(image, "frameImage");
  const [height, width] = spec.size;
  const { resized, window, left, top } = framing(image, spec);
  const seen = resizeImage(image, { ...resized, interpolation: spec.interpolation, window });
  if (seen.width === width && seen.height === height) return seen;
  return pad(seen, { height, width, left, top }, spec.fill);
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** How much of a crop the resized picture fills. */
function visible(resized: { height: number; width: number }, crop: Box): { height: number; width: number } {
  const height = Math.min(resized.height, crop.top + crop.height) - Math.max(0, crop.top);
  const width = Math.min(resized.width, crop.left + crop.width) - Math.max(0, crop.left);
  return { height, width };
}

function pad(image: RgbImage, { height, width, left, top }: Box, fill: readonly number[]): RgbImage {
  const data = new Uint8Array(height * width * 3);
  if (fill.some((value) => value !== 0)) {
    for (let i = 0; i < data.length; i++) data[i] = fill[i % 3]!;
  }
  const bytes = image.width * 3;
  for (let y = 0; y < image.height; y++) {
    data.set(image.data.subarray(y * bytes, (y + 1) * bytes), ((top + y) * width + left) * 3);
  }
  return { width, height, data };
}
