import type { Window } from "@tessera/data";

/** How many times the hole's longer side the part is that the model sees: a quarter of it hidden, as much as it can make something of. */
const CONTEXT = 2;

/**
 * The part of a picture that a model sees to fill a hole: all of it where it is no larger than the model's own pictures, else a square
 * around the hole, moved so that it lies on the picture, and cut where the picture is narrower.
 *
 * @param hole its bounds
 * @param picture its size
 * @param side of the model's pictures
 */
export function surroundings(
  hole: Window,
  picture: Pick<Window, "width" | "height">,
  side: readonly [height: number, width: number],
): Window {
  const wanted = Math.max(...side, CONTEXT * Math.max(hole.width, hole.height));
  const [width, height] = [Math.min(wanted, picture.width), Math.min(wanted, picture.height)];
  return {
    left: within(hole.left + hole.width / 2 - width / 2, picture.width - width),
    top: within(hole.top + hole.height / 2 - height / 2, picture.height - height),
    width,
    height,
  };
}

function within(start: number, most: number): number {
  return Math.min(most, Math.max(0, Math.round(start)));
}
