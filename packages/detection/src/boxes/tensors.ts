import { type Tensor2D, add, concat, mul, slice, sub, tidy } from "@tensorflow/tfjs-core";
import { sizes } from "@tessera/core";

/** [cx, cy, w, h] -> [xmin, ymin, xmax, ymax], differentiable. [n, 4] -> [n, 4] @throws {ShapeError} for another shape. */
export function cornersOf(boxes: Tensor2D): Tensor2D {
  return tidy(() => {
    const [centres, sides] = halves(boxes, "cornersOf");
    const reach: Tensor2D = mul(sides, 0.5);
    return concat([sub<Tensor2D>(centres, reach), add<Tensor2D>(centres, reach)], 1);
  });
}

/** [xmin, ymin, xmax, ymax] -> [cx, cy, w, h], differentiable. [n, 4] -> [n, 4] @throws {ShapeError} for another shape. */
export function centresOf(corners: Tensor2D): Tensor2D {
  return tidy(() => {
    const [low, high] = halves(corners, "centresOf");
    return concat([mul<Tensor2D>(add(low, high), 0.5), sub<Tensor2D>(high, low)], 1);
  });
}

/** The first two numbers of each box, and the last two. */
export function halves(boxes: Tensor2D, where: string): [Tensor2D, Tensor2D] {
  const [n] = sizes(boxes, ["n", 4], where) as [number];
  return [slice(boxes, [0, 0], [n, 2]), slice(boxes, [0, 2], [n, 2])];
}
