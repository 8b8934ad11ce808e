import { MASKED_SCORE } from "@tessera/core";
import {
  type Reduction,
  type Subgroup,
  combineWgsl,
  neighbours,
  reduceNeighboursWgsl,
  subgroupOf,
} from "../program/subgroups.ts";
import type { AttentionVariant } from "./attention-rows.ts";
import { LOWEST } from "./lowest.ts";
import { type Tile, accumulatorsWgsl, gatherWgsl, productWgsl, stagingWgsl } from "./product.ts";

/** Queries and keys that a workgroup looks at together: 64 threads, each with 4 × 4 of their scores. */
export const BLOCK = 32;
export const THREADS = 64;
const ACROSS = 8;

/** A tile of scores. Its depth divides the head's width with little left over. */
export function scoreTile(width: number): Tile {
  const steps = Math.ceil(width / 16);
  return { rows: BLOCK, columns: BLOCK, threadRows: 4, threadColumns: 4, depth: Math.ceil(width / steps / 4) * 4 };
}

/** A tile of 32 rows, as wide as a head; a thread holds four rows and some fours of columns. */
export function headTile(width: number): Tile {
  const threadColumns = 4 * Math.ceil(width / (4 * ACROSS));
  return { rows: BLOCK, columns: threadColumns * ACROSS, threadRows: 4, threadColumns, depth: 4 };
}

/** `fn score(product, query, key)`: scaled, with bias and mask; far below any real one where there is no key. */
export function scoreWgsl({ bias, mask, windows }: AttentionVariant): string {
  return `fn score(product: f32, query: u32, key: u32) -> f32 {
  if (query >= params.queries || key >= params.keys) { return LOWEST; }
  var value = product * params.scale;
  ${bias ? "value += bias[((head % params.bias_heads) * params.queries + query) * params.keys + key];" : ""}
  ${windows?.shifted ? "if (strip_of(query) != strip_of(key)) { value += params.masked; }" : ""}
  ${
    mask
      ? `let row = (batch % params.mask_batch) * params.mask_queries + query % params.mask_queries;
  // The bits of a bool, an integer or a float; -0.0 is a zero too.
  if ((mask[row * params.keys + key] & 0x7fffffffu) == 0u) { value = MASKED; }`
      : ""
  }
  return value;
}
// As in the composed definition: a query that may look nowhere looks everywhere alike.
const MASKED: f32 = ${MASKED_SCORE};
const LOWEST: f32 = ${LOWEST};
// Never far below zero, where exp may be anything on some GPUs.
fn exp_below(x: vec4<f32>) -> vec4<f32> { return exp(max(x, vec4<f32>(-100.0))); }`;
}

/** What all threads do when `batch` names another sample. */
export function takeWgsl({ windows }: AttentionVariant): string {
  return windows ? `take_window(lane, ${THREADS}u);` : "";
}

/** Workgroup memory for scores, for rows that they weigh, and for the staging of operands. */
export function attentionMemoryWgsl(width: number): string {
  const { columns } = headTile(width);
  return `${stagingWgsl(scoreTile(width))}
var<workgroup> weights: array<half4, ${(BLOCK * BLOCK) / 4}>;
var<workgroup> weighed: array<half4, ${(chunkFor(width) * columns) / 4}>;
var<workgroup> parts: array<f32, ${BLOCK * ACROSS}>;`;
}

/** Bytes of it in float32, with the places of windows. */
export function attentionBytes({ width, windows }: Pick<AttentionVariant, "width" | "windows">): number {
  const { rows, columns, depth } = scoreTile(width);
  const halves = depth * (rows + columns) + BLOCK * BLOCK + chunkFor(width) * headTile(width).columns;
  return 4 * (halves + BLOCK * ACROSS + (windows?.area ?? 0));
}

/** Products of 32 rows with 32 others, of which a thread gets `into[i]`, over four columns. */
export function productOfRowsWgsl(
  width: number,
  [a, b]: readonly [string, string],
  [row, column]: readonly [string, string],
  into: string,
): string {
  const tile = scoreTile(width);
  const [aRows, bRows] = [a, b].map((load) => ({ load, contiguous: "k" as const }));
  return `${accumulatorsWgsl(tile, into)}
    ${productWgsl({ tile, a: aRows!, b: bRows!, row, column, depth: `${width}u`, into })}
    ${gatherWgsl(tile, into)}`;
}

/** Leaves a thread's 4 × 4 weights, `name[i]` over four columns, for all: four rows side by side. */
export function shareWeightsWgsl(name: string): string {
  return `for (var c = 0u; c < 4u; c++) {
      weights[(tx * 4u + c) * ${BLOCK / 4}u + ty] = half4(vec4<f32>(${name}[0][c], ${name}[1][c], ${name}[2][c], ${name}[3][c]));
    }`;
}

/** Adds to `into_i_j` the 32 rows of `load` from `first` on, weighed by what was shared. */
export function weighWgsl(width: number, load: string, first: string, into: string): string {
  const { columns, threadColumns } = headTile(width);
  const chunk = chunkFor(width);
  const fours = Array.from({ length: threadColumns / 4 }, (_, j) => j);
  const rows = [0, 1, 2, 3];
  return `for (var c0 = 0u; c0 < ${BLOCK}u; c0 += ${chunk}u) {
      for (var at = lane; at < ${(chunk * columns) / 4}u; at += ${THREADS}u) {
        weighed[at] = half4(${load}(${first} + c0 + at / ${columns / 4}u, (at % ${columns / 4}u) * 4u));
      }
      workgroupBarrier();
      for (var c = 0u; c < ${chunk}u; c++) {
        let weight = vec4<f32>(weights[(c0 + c) * ${BLOCK / 4}u + ty]);
        ${fours.map((j) => `let value${j} = vec4<f32>(weighed[c * ${columns / 4}u + tx + ${j * ACROSS}u]);`).join("\n        ")}
        ${rows.flatMap((i) => fours.map((j) => `${into}_${i}_${j} += weight.${"xyzw"[i]} * value${j};`)).join("\n        ")}
      }
      workgroupBarrier();
    }`;
}

/**
 * The subgroup through which attention reduces: one that holds a whole row of threads. Less still needs workgroup memory and
 * its barriers; on SwiftShader, whose subgroups have four, that took 6 to 12 % longer than memory alone.
 */
export function attentionSubgroup(device: GPUDevice): Subgroup | undefined {
  const subgroup = subgroupOf(device);
  return neighbours(ACROSS, subgroup) === ACROSS ? subgroup : undefined;
}

/**
 * `fn name(value, ty, tx)`: for each of a thread's four rows, a reduction over the threads of the row, which are
 * neighbours. Subgroups bring it as far as they reach, workgroup memory does the rest.
 */
export function overRowWgsl(name: string, reduction: Reduction, subgroup: Subgroup | undefined): string {
  const together = neighbours(ACROSS, subgroup);
  const rest = `for (var i = 0u; i < 4u; i++) { parts[(ty * 4u + i) * ${ACROSS}u + tx] = result[i]; }
  workgroupBarrier();
  for (var i = 0u; i < 4u; i++) {
    var total = parts[(ty * 4u + i) * ${ACROSS}u];
    for (var j = ${together}u; j < ${ACROSS}u; j += ${together}u) {
      total = ${combineWgsl(reduction, "total", `parts[(ty * 4u + i) * ${ACROSS}u + j]`)};
    }
    result[i] = total;
  }
  workgroupBarrier();`;
  return `fn ${name}(value: vec4<f32>, ty: u32, tx: u32) -> vec4<f32> {
  var result = value;
  ${reduceNeighboursWgsl("result", ACROSS, reduction, subgroup)}
  ${together === ACROSS ? "" : rest}
  return result;
}`;
}

/** Rows that are weighed at a time: as many as leave the workgroup within 16 KB, which every GPU has. */
function chunkFor(width: number): number {
  const { columns } = headTile(width);
  if (columns <= 32) return 32;
  return columns <= 96 ? 16 : 8;
}
