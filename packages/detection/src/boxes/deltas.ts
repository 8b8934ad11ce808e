import { type Tensor, type Tensor2D, add, concat, exp, mul, relu, sub, tidy } from "@tensorflow/tfjs-core";
import { sizes } from "@tessera/core";
import { halves } from "./tensors.ts";

export interface DeltaRule {
  /** What a step of x, y, width and height is divided by. */
  weights: readonly [x: number, y: number, width: number, height: number];
  /** Most that a side can grow, as a logarithm. */
  clamp: number;
}

/**
 * Boxes moved by a share of their sides and grown by a power of e: Girshick et al. 2014, appendix C. deltas [n, 4], corners [n, 4] ->
 * corners [n, 4]. Differentiable in both.
 *
 * @throws {ShapeError} unless there are four deltas for each box.
 */
export function applyDeltas(deltas: Tensor2D, boxes: Tensor2D, { weights, clamp }: DeltaRule): Tensor2D {
  sizes(deltas, [boxes.shape[0], 4], "applyDeltas deltas");
  return tidy(() => {
    const [low, high] = halves(boxes, "applyDeltas boxes");
    const [steps, growth] = halves(deltas, "applyDeltas deltas");
    const sides = sub<Tensor2D>(high, low);
    const moved = mul(mul(steps, [[1 / weights[0], 1 / weights[1]]]), sides);
    const centres = add(add(low, mul(sides, 0.5)), moved);
    const logarithms = atMost(mul(growth, [[1 / weights[2], 1 / weights[3]]]), clamp);
    const reach = mul(mul(exp(logarithms), sides), 0.5);
    return concat([sub<Tensor2D>(centres, reach), add<Tensor2D>(centres, reach)], 1);
  });
}

// tfjs's `minimum` has a gradient only where all of them are registered.
function atMost(x: Tensor, most: number): Tensor {
  return sub(most, relu(sub(most, x)));
}
