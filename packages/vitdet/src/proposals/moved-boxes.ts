import type { Boxes, DeltaRule } from "@tessera/detection";

/** Most that a side can grow, detectron2's. */
const CLAMP = Math.log(1000 / 16);

/** Of proposals, which are moved by whole sides. */
export const proposalRule: DeltaRule = { weights: [1, 1, 1, 1], clamp: CLAMP };

/** Of objects within proposals. */
export const objectRule: DeltaRule = { weights: [10, 10, 5, 5], clamp: CLAMP };

/** One box moved by its deltas, as `applyDeltas` of `@tessera/detection` does, on plain arrays. Corners. */
export function movedBox(
  deltas: ArrayLike<number>,
  at: number,
  boxes: Boxes,
  box: number,
  { weights, clamp }: DeltaRule,
): [number, number, number, number] {
  const [left, top, right, bottom] = cornersAt(boxes, box);
  const [width, height] = [right - left, bottom - top];
  const x = left + width / 2 + (deltas[at]! / weights[0]) * width;
  const y = top + height / 2 + (deltas[at + 1]! / weights[1]) * height;
  const wide = Math.exp(Math.min(deltas[at + 2]! / weights[2], clamp)) * width;
  const tall = Math.exp(Math.min(deltas[at + 3]! / weights[3], clamp)) * height;
  return [x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2];
}

/** The deltas that move a box to another. */
export function deltasBetween(from: Boxes, i: number, to: Boxes, j: number, { weights }: DeltaRule): number[] {
  const [left, top, right, bottom] = cornersAt(from, i);
  const [x0, y0, x1, y1] = cornersAt(to, j);
  const [width, height] = [right - left, bottom - top];
  return [
    ((x0 + x1 - left - right) / 2 / width) * weights[0],
    ((y0 + y1 - top - bottom) / 2 / height) * weights[1],
    Math.log((x1 - x0) / width) * weights[2],
    Math.log((y1 - y0) / height) * weights[3],
  ];
}

/** A box cut to a picture of [height, width], or undefined where nothing is left. */
export function clipped(
  [left, top, right, bottom]: readonly [number, number, number, number],
  [height, width]: readonly [number, number],
): [number, number, number, number] | undefined {
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  const [x0, y0, x1, y1] = [within(left, width), within(top, height), within(right, width), within(bottom, height)];
  return x1 > x0 && y1 > y0 ? [x0, y0, x1, y1] : undefined;
}

function cornersAt(boxes: Boxes, box: number): [number, number, number, number] {
  return [boxes[4 * box]!, boxes[4 * box + 1]!, boxes[4 * box + 2]!, boxes[4 * box + 3]!];
}
