import { TesseraError } from "@tessera/core";
import type { Heatmap } from "../heatmap.ts";
import type { AttentionMaps } from "./attention-maps.ts";
import { type Fusion, fusedHeads, identity, product } from "./fuse-heads.ts";
import { ofPatches } from "./of-patches.ts";

export interface RolloutOptions {
  /** Adds to each map the residual connection around it, as one half. @default true */
  identity?: boolean;
  /** @default "mean" */
  fusion?: Fusion;
  /** Share of a map's smallest weights that are left out, but for those to the class token, from 0 to 1. @default 0 */
  discard?: number;
  /** Looks from this token, by its number before the patches; `patches` takes the mean over them. @default the class token, or `patches` */
  from?: number | "patches";
}

/**
 * How much each patch goes into the answer if attention alone moved things: the product of all blocks' maps, from the first to the last,
 * as the class token sees it. Abnar and Zuidema 2020; without the identity as Dosovitskiy et al. 2021, appendix D.8. It knows no class.
 *
 * @returns one map for each picture.
 */
export function attentionRollout(maps: AttentionMaps, options: RolloutOptions = {}): Heatmap[] {
  const { fusion = "mean", discard = 0, identity: residual = true, from } = options;
  if (!(discard >= 0 && discard < 1))
    throw new TesseraError(`attentionRollout: expected a share to discard from 0 to below 1, got ${discard}`);
  return Array.from({ length: maps.images }, (_, image) => {
    const steps = maps.blocks.map((block) => {
      const map = fusedHeads(maps, block, image, fusion);
      return rowsToOne(withoutSmallest(map, maps, discard), maps.tokens, residual);
    });
    return ofPatches(chained(steps, maps.tokens), maps, from);
  });
}

/** The maps one after the other: the last times … times the first. */
export function chained(steps: readonly Float64Array[], n: number): Float64Array {
  return steps.reduce((total, step) => product(step, total, n), identity(n));
}

/** Each row divided by its sum, after the identity is added. */
export function rowsToOne(map: Float64Array, n: number, residual: boolean): Float64Array {
  for (let i = 0; i < n; i++) {
    if (residual) map[i * n + i]! += 1;
    const row = map.subarray(i * n, (i + 1) * n);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum > 0) for (let j = 0; j < n; j++) row[j]! /= sum;
  }
  return map;
}

function withoutSmallest(map: Float64Array, { tokens, prefix }: AttentionMaps, share: number): Float64Array {
  const count = Math.floor(map.length * share);
  if (count === 0) return map;
  const order = Array.from(map.keys()).sort((a, b) => map[a]! - map[b]! || a - b);
  for (const at of order.slice(0, count)) if (prefix === 0 || at % tokens !== 0) map[at] = 0;
  return map;
}
