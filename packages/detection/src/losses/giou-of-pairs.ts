import {
  type Tensor1D,
  type Tensor2D,
  add,
  cast,
  div,
  equal,
  mul,
  relu,
  reshape,
  slice,
  sub,
  tidy,
} from "@tensorflow/tfjs-core";
import { sizes, unrecorded } from "@tessera/core";

/**
 * Generalised IoU of each box with the one beside it: corners [n, 4], corners [n, 4] -> [n]. Differentiable in both. As in `giou`,
 * boxes without area share none.
 * @throws {ShapeError} unless there are as many of both.
 */
export function giouOfPairs(a: Tensor2D, b: Tensor2D): Tensor1D {
  const [n] = sizes(a, ["n", 4], "giouOfPairs") as [number, number];
  sizes(b, [n, 4], "giouOfPairs");
  return tidy(() => {
    const [ax, ay, aRight, aBottom] = columns(a);
    const [bx, by, bRight, bBottom] = columns(b);
    const overlap = (low: Tensor1D, high: Tensor1D) => relu<Tensor1D>(sub(high, low));
    const common: Tensor1D = mul(
      overlap(larger(ax, bx), smaller(aRight, bRight)),
      overlap(larger(ay, by), smaller(aBottom, bBottom)),
    );
    const areas = add(mul(sub(aRight, ax), sub(aBottom, ay)), mul(sub(bRight, bx), sub(bBottom, by)));
    const union = sub<Tensor1D>(areas, common);
    const hull: Tensor1D = mul(
      sub(larger(aRight, bRight), smaller(ax, bx)),
      sub(larger(aBottom, bBottom), smaller(ay, by)),
    );
    return sub(share(common, union), share(sub<Tensor1D>(hull, union), hull));
  });
}

function columns(boxes: Tensor2D): [Tensor1D, Tensor1D, Tensor1D, Tensor1D] {
  const n = boxes.shape[0];
  const column = (at: number): Tensor1D => reshape(slice(boxes, [0, at], [n, 1]), [n]);
  return [column(0), column(1), column(2), column(3)];
}

// tfjs's `maximum` and `minimum` have a gradient only where all of them are registered.
function larger(a: Tensor1D, b: Tensor1D): Tensor1D {
  return add(a, relu<Tensor1D>(sub(b, a)));
}

function smaller(a: Tensor1D, b: Tensor1D): Tensor1D {
  return sub(a, relu<Tensor1D>(sub(a, b)));
}

/** part / whole, and 0 of nothing. */
function share(part: Tensor1D, whole: Tensor1D): Tensor1D {
  const empty = unrecorded(() => cast(equal(whole, 0), "float32") as Tensor1D);
  return div(part, add(whole, empty));
}
