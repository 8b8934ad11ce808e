import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Context, Module } from "@tessera/core";

/** What is apart in the two versions: all but pooling and head. Its parts have their paths in the model. */
export interface Pyramid extends Module {
  /** What the stages from 0 to `last` give: [b, h, w, c] -> one [b, h′, w′, d] for each, without the class token. */
  maps(images: Tensor4D, last: number, ctx: Context): Tensor4D[];
  /** Tokens of the last stage, after the last norm: [b, h, w, c] -> [b, n, d] */
  encode(images: Tensor4D, ctx: Context): Tensor3D;
}
