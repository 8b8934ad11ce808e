import type { AttentionMaps } from "../attention/attention-maps.ts";
import { fusedHeads } from "../attention/fuse-heads.ts";
import { base64 } from "./base64.ts";

/** Attention of one picture, small enough for a page. */
export interface ReportedAttention {
  tokens: number;
  prefix: number;
  grid: readonly [rows: number, columns: number];
  blocks: {
    path: string;
    /** Maps that there are; 1 where heads are fused. */
    heads: number;
    /** [heads, n, n], each row from 0 to 255, which is its largest weight */
    rows: string;
    /** [heads, n]: each row's largest weight as a share of 1, in 65535ths, the high byte first */
    largest: string;
  }[];
}

/** The first picture's attention as bytes; heads are fused where all of them would be more than `limit` bytes. */
export function reportedAttention(maps: AttentionMaps, limit: number): ReportedAttention {
  const { tokens: n, prefix, grid } = maps;
  const all = maps.blocks.reduce((sum, { heads }) => sum + heads * n * n, 0);
  const blocks = maps.blocks.map((block) => {
    const isFused = all > limit;
    const values = isFused ? fusedHeads(maps, block, 0, "mean") : block.values.subarray(0, block.heads * n * n);
    const rows = new Uint8ClampedArray(values.length);
    const largest = new Uint8Array((2 * values.length) / n);
    for (let row = 0; row < values.length / n; row++) {
      const own = values.subarray(row * n, (row + 1) * n);
      let most = 0;
      for (const value of own) most = Math.max(most, value);
      for (const [i, value] of own.entries()) rows[row * n + i] = most > 0 ? (255 * value) / most : 0;
      const share = Math.round(65535 * Math.min(1, most));
      largest.set([share >> 8, share & 255], 2 * row);
    }
    return { path: block.path, heads: isFused ? 1 : block.heads, rows: base64(rows), largest: base64(largest) };
  });
  return { tokens: n, prefix, grid, blocks };
}
