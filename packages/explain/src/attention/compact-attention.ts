import { TesseraError } from "@tessera/core";
import type { TokenLayout } from "../explained.ts";
import type { Heatmap } from "../heatmap.ts";
import type { AttentionMaps } from "./attention-maps.ts";
import { fusedHeads } from "./fuse-heads.ts";

/** Attention of one picture in a quarter of the bytes, to be kept or sent, and shown. */
export interface CompactAttention extends TokenLayout {
  /** n, with those before the patches. */
  tokens: number;
  blocks: {
    path: string;
    /** Maps that there are; 1 where heads are fused. */
    heads: number;
    /** [heads, n, n]: each row from 0 to 255, which is its largest weight. */
    rows: Uint8ClampedArray;
    /** [heads, n]: each row's largest weight. */
    largest: Float32Array;
  }[];
}

/** The first picture's attention as bytes; heads are fused, by their mean, where all of them would be more than `limit` bytes. */
export function compactAttention(maps: AttentionMaps, limit = 24e6): CompactAttention {
  const { tokens: n, prefix, grid } = maps;
  const all = maps.blocks.reduce((sum, { heads }) => sum + heads * n * n, 0);
  const isFused = all > limit;
  const blocks = maps.blocks.map((block) => {
    const values = isFused ? fusedHeads(maps, block, 0, "mean") : block.values.subarray(0, block.heads * n * n);
    const rows = new Uint8ClampedArray(values.length);
    const largest = new Float32Array(values.length / n);
    for (const row of largest.keys()) {
      const own = values.subarray(row * n, (row + 1) * n);
      let most = 0;
      for (const value of own) most = Math.max(most, value);
      for (const [i, value] of own.entries()) rows[row * n + i] = most > 0 ? (255 * value) / most : 0;
      largest[row] = most;
    }
    return { path: block.path, heads: isFused ? 1 : block.heads, rows, largest };
  });
  return { tokens: n, prefix, grid, blocks };
}

export interface CompactHeatmapOptions {
  /** From 0. */
  block: number;
  /** From 0. @default the mean of all */
  head?: number | undefined;
  /** The patch that looks. @default the class token, or the mean of the patches where there is none */
  from?: { row: number; column: number } | undefined;
}

/**
 * Where one token looks, in one block: `attentionHeatmap` of what was made compact, within a 510th of each row's largest weight.
 * @throws {TesseraError} if there is no such block, head or patch.
 */
export function compactHeatmap(attention: CompactAttention, { block, head, from }: CompactHeatmapOptions): Heatmap {
  const { tokens: n, prefix, grid: [rows, columns] } = attention; // prettier-ignore
  const found = attention.blocks[block];
  if (!found || (head !== undefined && !isIndex(head, found.heads)))
    throw new TesseraError(`compactHeatmap: expected a block and a head that there are, got ${block} and ${head}`);
  if (from && !(isIndex(from.row, rows) && isIndex(from.column, columns)))
    throw new TesseraError(
      `compactHeatmap: expected a patch among ${rows} rows and ${columns} columns, from 0, got row ${from.row}, column ${from.column}`,
    );
  const values = new Float32Array(rows * columns);
  const patch = from && prefix + from.row * columns + from.column;
  const sources = patch === undefined ? (prefix > 0 ? [0] : [...values.keys()]) : [patch];
  const heads = head === undefined ? [...Array(found.heads).keys()] : [head];
  for (const row of heads.flatMap((h) => sources.map((source) => h * n + source))) {
    const unit = found.largest[row]! / (255 * heads.length * sources.length);
    for (const i of values.keys()) values[i]! += unit * found.rows[row * n + prefix + i]!;
  }
  return { values, rows, columns };
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}
