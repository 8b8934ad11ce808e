import { placement, type Size } from "./placement.ts";
import type { Preprocessing } from "./preprocessing.ts";

/** A rectangle in the pixels of a picture; it may begin and end between two, and reach beyond the picture. */
export interface Part extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * What of a picture a model sees, in the picture's own pixels: the way back through resize and crop, for what is said of the input to be
 * shown on the picture. Where the input was padded it reaches beyond the picture.
 */
export function seenPart(image: Size, spec: Pick<Preprocessing, "size" | "resize" | "centre">): Part {
  const [height, width] = spec.size;
  const { resized, left, top } = placement(image, { height, width }, spec.resize, spec.centre);
  const [across, down] = [image.width / resized.width, image.height / resized.height];
  return { left: left * across, top: top * down, width: width * across, height: height * down };
}
