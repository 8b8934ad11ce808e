import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Context } from "../context.ts";
import type { Module } from "../module.ts";

/** What makes tokens of an image: one linear layer on its patches, a stem of convolutions, a backbone. */
export interface TokenEmbedding extends Module {
  /** [rows, columns] of tokens on the configured image. */
  readonly grid: [number, number];
  /**
   * [rows, columns] of tokens on an image of [height, width].
   * @throws {ShapeError} if it takes no such image.
   */
  gridOf(image: readonly [number, number]): [number, number];
  /** [b, h, w, c] -> [b, rows · columns, d] */
  forward(images: Tensor4D, ctx?: Context): Tensor3D;
}
