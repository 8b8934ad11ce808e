import type { Activation, OptionNames } from "@tessera/core";

/** What fixes a YOLOS's parameters and arithmetic. */
export interface YolosConfig {
  /** Pixels, [height, width]: the size that positions are made for; other sizes are taken too. */
  imageSize: readonly [height: number, width: number];
  /** Pixels of a patch's side. */
  patchSize: number;
  /** Of a token. */
  width: number;
  depth: number;
  /** Of attention; they share the width evenly. */
  heads: number;
  /** Width between the two layers of the MLPs. */
  mlpDim: number;
  /** Kinds of objects; the head has one output more, the last, for "no object". */
  classes: number;
  /** Detection tokens: most objects that can be found in a picture. */
  queries: number;
  /** Positions of their own between the blocks too. @default false */
  midPositions?: boolean;
  /** Of the MLPs. @default "gelu" */
  activation?: Activation;
  /** Adds a bias to the projection of queries, keys and values. @default true */
  qkvBias?: boolean;
  /** ε of every norm. @default 1e-6 */
  epsilon?: number;
}

/** What `createYolos` takes. */
export const yolosOptions: OptionNames<YolosConfig> = {
  imageSize: true,
  patchSize: true,
  width: true,
  depth: true,
  heads: true,
  mlpDim: true,
  classes: true,
  queries: true,
  midPositions: true,
  activation: true,
  qkvBias: true,
  epsilon: true,
};
