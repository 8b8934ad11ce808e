import type { Activation, OptionNames } from "@tessera/core";

/** A value for each of the four stages. */
export type Stages<T> = readonly [T, T, T, T];

/** What fixes a PVT's parameters and arithmetic. */
export interface PvtConfig {
  /**
   * 1: patches side by side, learned positions, a class token in the last stage. 2: patches that overlap, no positions, a
   * depthwise convolution in every MLP, and the mean of the last stage.
   */
  version: 1 | 2;
  /** Pixels; [height, width] or a side. The native size: any other is taken, and version 1 resizes its positions for it. */
  imageSize: number | readonly [number, number];
  /** Blocks. */
  depths: Stages<number>;
  /** Channels of the maps. */
  widths: Stages<number>;
  /** Of attention; they share a stage's width evenly. */
  heads: Stages<number>;
  /** Width between the two layers of an MLP, by that of its stage. */
  mlpRatios: Stages<number>;
  /** Rows and columns of queries to a row and a column of keys and values; 1 for as many of both. Of no use with `linear`. */
  reductions: Stages<number>;
  /** Keys and values of seven by seven means in every stage, whatever the size of the map: the `li` of version 2. @default false */
  linear?: boolean;
  /** 0: no head, `forward` gives the pooled features. */
  classes: number;
  /** @default 3 */
  channels?: number;
  /** @default true */
  qkvBias?: boolean;
  /** Of the MLPs. @default "gelu" */
  activation?: Activation;
  /**
   * ε of every norm, as transformers has one for all.
   * @default the authors' and timm's two: 1e-5 after convolutions, that is of patch embeddings and reductions, and else 1e-6
   */
  epsilon?: number;
  /** Before the head while training. @default 0 */
  dropout?: number;
  /** Of the last block; it grows from 0 over the blocks. @default 0 */
  dropPath?: number;
}

/** ε of norms after convolutions, and of the others. */
export function epsilonsOf({ epsilon }: PvtConfig): { afterConvolution: number; others: number } {
  return { afterConvolution: epsilon ?? 1e-5, others: epsilon ?? 1e-6 };
}

/** The same made for each stage. */
export function stages<T>(make: (stage: 0 | 1 | 2 | 3) => T): [T, T, T, T] {
  return [make(0), make(1), make(2), make(3)];
}

/** What `createPvt` takes. */
export const pvtOptions: OptionNames<PvtConfig> = {
  version: true,
  imageSize: true,
  depths: true,
  widths: true,
  heads: true,
  mlpRatios: true,
  reductions: true,
  linear: true,
  classes: true,
  channels: true,
  qkvBias: true,
  activation: true,
  epsilon: true,
  dropout: true,
  dropPath: true,
};
