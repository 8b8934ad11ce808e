import type { Tensor3D } from "@tensorflow/tfjs-core";
import type { Module } from "../module.ts";

/** Positions that are added to tokens, learned or fixed. */
export interface Positions extends Module {
  /** Tokens before the patches that have a position too: the class token, or none. */
  readonly prefix: number;
  /** Positions for a grid of [rows, columns]: [1, prefix + rows · columns, d], made anew for the caller. */
  table(grid: readonly [number, number]): Tensor3D;
}
