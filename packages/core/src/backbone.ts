import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Context } from "./context.ts";
import type { Module } from "./module.ts";
import type { Activation } from "./ops/activation.ts";

/** What the configuration of every backbone has; the rest is its family's. */
export interface BackboneConfig {
  /** Pixels; [height, width] or a side. The native size. */
  imageSize: number | readonly [number, number];
  /** Pixels that become one token of the first block; none in a network of convolutions. */
  patchSize?: number | readonly [number, number];
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** @default 3 */
  channels?: number;
  /** Of the MLPs. @default "gelu" */
  activation?: Activation;
  /** ε of every norm. @default the family's */
  epsilon?: number;
}

/** What every classification backbone can do, whichever family it is of. */
export interface Backbone extends Module {
  /** Name of its family, under which lies what else there is to know of it. */
  readonly family: string;
  readonly config: BackboneConfig;
  /** Class scores, before softmax: [b, h, w, c] -> [b, classes], or the pooled features [b, d] of a model without classes. */
  forward(images: Tensor4D, ctx?: Context): Tensor2D;
  /** Pooled features, before the head: [b, h, w, c] -> [b, d] */
  embed(images: Tensor4D, ctx?: Context): Tensor2D;
  /**
   * Feature maps, for what looks at places and not at the picture as a whole: [b, h, w, c] -> [b, h′, w′, c′] for each of
   * `levels`, which count the places of the family's `featureInfo` from 0, negative from the end. Prefix tokens are left out,
   * and no final norm is applied, as by timm's `forward_intermediates`.
   *
   * @param levels @default all
   * @throws {ShapeError} if one does not exist.
   */
  featureMaps(images: Tensor4D, levels?: readonly number[], ctx?: Context): Tensor4D[];
}
