import { type Tensor2D, type Tensor4D, add, mul, reverse, tidy } from "@tensorflow/tfjs-core";
import { type Module, replayed } from "@tessera/core";

/** A model's part of a run: [b, h, w, 3] -> [b, outputs] */
export type Forward = (images: Tensor4D) => Tensor2D;

/** That part, once, and averaged with that for the mirrored pictures. */
export interface Forwards {
  plain: Forward;
  mirrored: Forward;
}

/** Both are repeated without running the model's JavaScript, where the backend can. */
export function forwardsOf(model: Module, forward: Forward): Forwards {
  const mirrored: Forward = (images) => tidy(() => mul(add(forward(images), forward(reverse(images, 2))), 0.5));
  return { plain: replayed(model, forward), mirrored: replayed(model, mirrored) };
}
