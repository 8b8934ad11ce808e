import { TesseraError } from "@tessera/core";
import type { Heatmap } from "../heatmap.ts";
import type { AttentionMaps } from "./attention-maps.ts";
import { type Fusion, fusedHeads } from "./fuse-heads.ts";
import { ofPatches } from "./of-patches.ts";

export interface AttentionHeatmapOptions {
  /** Of several pictures. @default 0 */
  image?: number;
  /** From 0, negative from the end. @default the last */
  block?: number;
  /** From 0, or all of them together. @default "mean" */
  head?: number | Fusion;
  /**
   * Who looks: a patch by its place, a token before the patches by its number, or the mean of all patches.
   * @default the class token, or the mean of the patches where there is none
   */
  from?: number | "patches" | { row: number; column: number };
}

/**
 * Where one token looks, in one block: its attention to each patch, by one head or by all together.
 * @throws {TesseraError} if there is no such picture, block, head, patch or token.
 */
export function attentionHeatmap(maps: AttentionMaps, options: AttentionHeatmapOptions = {}): Heatmap {
  const { image = 0, block = -1, head = "mean", from } = options;
  if (!isIndex(image, maps.images)) throw absent("picture", maps.images, image);
  const found = maps.blocks.at(Number.isInteger(block) ? block : maps.blocks.length);
  if (!found) throw absent("block", maps.blocks.length, block);
  if (typeof head === "number" && !isIndex(head, found.heads)) throw absent("head", found.heads, head);
  const map = typeof head === "number" ? oneHead(maps, found.values, image * found.heads + head) : fusedHeads(maps, found, image, head); // prettier-ignore
  if (typeof from !== "object") return ofPatches(map, maps, from);
  const [rows, columns] = maps.grid;
  if (!isIndex(from.row, rows) || !isIndex(from.column, columns)) {
    throw new TesseraError(
      `attentionHeatmap: expected a patch among ${rows} rows and ${columns} columns, from 0, got row ${from.row}, column ${from.column}`,
    );
  }
  const start = (maps.prefix + from.row * columns + from.column) * maps.tokens + maps.prefix;
  return { values: Float32Array.from(map.subarray(start, start + rows * columns)), rows, columns };
}

function oneHead({ tokens }: AttentionMaps, values: Float32Array, which: number): Float64Array {
  const size = tokens * tokens;
  return Float64Array.from(values.subarray(which * size, (which + 1) * size));
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function absent(what: string, count: number, got: number): TesseraError {
  return new TesseraError(`attentionHeatmap: expected a ${what} from 0 to ${count - 1}, got ${got}`);
}
