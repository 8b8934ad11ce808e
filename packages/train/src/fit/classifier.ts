import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Context, Module } from "@tessera/core";

/** What can be trained and judged: every classification model of Tessera, and one's own. */
export interface Classifier extends Module {
  /** [b, h, w, c] -> [b, classes] */
  forward(images: Tensor4D, ctx?: Context): Tensor2D;
}
