import { type Tensor, type Tensor2D, type Tensor3D, add, concat, cos, div, gather, log, mul, relu, reshape, sigmoid, sin, slice, squeeze, stack, sub, tensor1d, tensor2d, topk, zeros } from "@tensorflow/tfjs-core"; // prettier-ignore
import { unrecorded } from "@tessera/core";

/** As a constant that gradients do not pass. */
export function detached<T extends Tensor>(x: T): T {
  return unrecorded(() => x.clone());
}

/** Log-odds of shares, neither of which counts less than 1e-5. */
function logOdds(share: Tensor3D): Tensor3D {
  const kept = (part: Tensor3D) => add<Tensor3D>(relu(sub(part, 1e-5)), 1e-5);
  return log(div(kept(share), kept(sub(1, share))));
}

/** Boxes that move from where queries look, centres [b, q, 2] or boxes [b, q, 4], by `moves` in log-odds [b, q, 4]. -> [b, q, 4] */
export function movedBoxes(moves: Tensor3D, references: Tensor3D): Tensor3D {
  const from = logOdds(references);
  const [b, q, numbers] = references.shape;
  return sigmoid(add(moves, numbers === 4 ? from : concat([from, zeros([b, q, 2])], 2)));
}

/** The `count` rows of each picture with the highest scores of the first class: logits [b, s, c], rows [b, s, n] -> [b, count, n] */
export function surest(logits: Tensor3D, rows: Tensor3D, count: number): Tensor3D {
  return unrecorded(() => {
    const [b, s, n] = rows.shape;
    const scores: Tensor2D = squeeze(slice(logits, [0, 0, 0], [b, s, 1]), [2]);
    const first = tensor2d(
      Array.from({ length: b }, (_, picture) => [picture * s]),
      [b, 1],
      "int32",
    );
    const places = reshape(add(topk(scores, count).indices, first), [-1]);
    return reshape(gather(reshape(rows, [b * s, n]), places), [b, count, n]) as Tensor3D;
  });
}

/** Sines and cosines of boxes given in log-odds: a quarter of the width each for cx, cy, w, h. [b, q, 4] -> [b, q, width] */
export function boxSines(boxes: Tensor3D, width: number): Tensor3D {
  const [b, q] = boxes.shape;
  const each = width / 4;
  const frequencies = Array.from({ length: each / 2 }, (_, i) => (2 * Math.PI) / 10000 ** ((2 * i) / each));
  const angles = mul(reshape(sigmoid(boxes), [b, q, 4, 1]), tensor1d(frequencies));
  return reshape(stack([sin(angles), cos(angles)], -1), [b, q, width]);
}
