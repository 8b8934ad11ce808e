import type { AttentionMaps } from "../attention/attention-maps.ts";
import { compactAttention } from "../attention/compact-attention.ts";
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

/** The first picture's attention as text; heads are fused where all of them would be more than `limit` bytes. */
export function reportedAttention(maps: AttentionMaps, limit: number): ReportedAttention {
  const { blocks, ...layout } = compactAttention(maps, limit);
  const written = blocks.map(({ path, heads, rows, largest }) => ({
    path,
    heads,
    rows: base64(rows),
    largest: base64(shares(largest)),
  }));
  return { ...layout, blocks: written };
}

function shares(largest: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * largest.length);
  for (const [row, most] of largest.entries()) {
    const share = Math.round(65535 * Math.min(1, most));
    bytes.set([share >> 8, share & 255], 2 * row);
  }
  return bytes;
}
