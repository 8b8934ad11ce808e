import {
  type Reduction,
  type Subgroup,
  combineWgsl,
  neighbours,
  reduceNeighboursWgsl,
  subgroupOf,
} from "./subgroups.ts";
import { type Tile, accumulatorsWgsl, gatherWgsl, productWgsl, stagingWgsl } from "./product-wgsl.ts";

/** Queries and keys that a workgroup looks at together: 64 threads, each with 4 × 4 of their scores. */
export const BLOCK = 32;
export const THREADS = 64;
const ACROSS = 8;

/** What an attention program was made for. */
export interface AttentionVariant {
  /** Width of a head, 1 to 128 and more. */
  width: number;
  /** Which of q, k and v are parts of one tensor. */
  packed: "none" | "qk" | "qkv";
  bias: boolean;
  mask: boolean;
}

/** Names what the text of a program depends on. */
export function variantKey({ width, packed, bias, mask }: AttentionVariant): string {
  return [width, packed, bias, mask].join();
}

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

export function elementFor({ width }: AttentionVariant): "f32" | "vec4<f32>" {
  return width % 4 === 0 ? "vec4<f32>" : "f32";
}

/** What q, k and v are read from. */
function arraysFor({ packed }: AttentionVariant): string[] {
  return { none: ["q", "k", "v"], qk: ["qk", "v"], qkv: ["qkv"] }[packed];
}

/** Inputs q, k, v and what the scores need, by name. */
export function inputsFor(variant: AttentionVariant): Record<string, string> {
  const type = elementFor(variant);
  return {
    ...Object.fromEntries(arraysFor(variant).map((name) => [name, type])),
    ...(variant.bias && { bias: "f32" }),
    ...(variant.mask && { mask: "u32" }),
  };
}

export const attentionParams = {
  batch: "u32",
  heads: "u32",
  queries: "u32",
  keys: "u32",
  scale: "f32",
  /** Numbers from one query to the next, from one key to the next, and from one value to the next. */
  query_stride: "u32",
  key_stride: "u32",
  value_stride: "u32",
  key_offset: "u32",
  value_offset: "u32",
  bias_heads: "u32",
  mask_batch: "u32",
  mask_queries: "u32",
} as const;

/**
 * Where the rows of a head lie, and how they are read and written four numbers at a time: `load_q`, `load_k`, `load_v`,
 * and `load_dy` of what is laid out like the result. `at(batch, head)` must come first.
 */
export function rowsWgsl(variant: AttentionVariant, loads: readonly ("q" | "k" | "v" | "dy")[]): string {
  const width = variant.width;
  const lines = loads.map((name) => {
    const array = arraysFor(variant).find((packed) => packed.includes(name)) ?? name;
    const size = name === "q" || name === "dy" ? "params.queries" : "params.keys";
    return `fn load_${name}(row: u32, column: u32) -> vec4<f32> {
  if (row < ${size} && column < ${width}u) {
    let at = ${name}_place(row) + column;
    ${readWgsl(array, variant)}
  }
  return vec4<f32>();
}`;
  });
  return `var<private> batch: u32;
var<private> head: u32;
fn q_place(row: u32) -> u32 { return (batch * params.queries + row) * params.query_stride + head * ${width}u; }
fn k_place(row: u32) -> u32 { return (batch * params.keys + row) * params.key_stride + params.key_offset + head * ${width}u; }
fn v_place(row: u32) -> u32 { return (batch * params.keys + row) * params.value_stride + params.value_offset + head * ${width}u; }
fn dy_place(row: u32) -> u32 { return ((batch * params.queries + row) * params.heads + head) * ${width}u; }
${lines.join("\n")}`;
}

function readWgsl(array: string, variant: AttentionVariant): string {
  if (elementFor(variant) === "vec4<f32>") return `return ${array}[at / 4u];`;
  return `var value = vec4<f32>(${array}[at], 0.0, 0.0, 0.0);
    if (column + 1u < ${variant.width}u) { value.y = ${array}[at + 1u]; }
    if (column + 2u < ${variant.width}u) { value.z = ${array}[at + 2u]; }
    if (column + 3u < ${variant.width}u) { value.w = ${array}[at + 3u]; }
    return value;`;
}

/** `fn store_q(row, column, value)` and its like: `place` is one of the layouts of `rowsWgsl`. */
export function storeWgsl(
  name: string,
  array: string,
  place: "q" | "k" | "v" | "dy",
  variant: AttentionVariant,
): string {
  const size = place === "q" || place === "dy" ? "params.queries" : "params.keys";
  const write =
    elementFor(variant) === "vec4<f32>"
      ? `${array}[at / 4u] = value;`
      : `for (var i = 0u; i < 4u && column + i < ${variant.width}u; i++) { ${array}[at + i] = value[i]; }`;
  return `fn ${name}(row: u32, column: u32, value: vec4<f32>) {
  if (row >= ${size} || column >= ${variant.width}u) { return; }
  let at = ${place}_place(row) + column;
  ${write}
}`;
}

/** `fn score(product, query, key)`: scaled, with bias and mask; far below any real one where there is no key. */
export function scoreWgsl({ bias, mask }: AttentionVariant): string {
  return `fn score(product: f32, query: u32, key: u32) -> f32 {
  if (query >= params.queries || key >= params.keys) { return LOWEST; }
  var value = product * params.scale;
  ${bias ? "value += bias[((head % params.bias_heads) * params.queries + query) * params.keys + key];" : ""}
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
const MASKED = -1e30;
const LOWEST = -3e38;
// Never far below zero, where exp may be anything on some GPUs.
fn exp_below(x: vec4<f32>) -> vec4<f32> { return exp(max(x, vec4<f32>(-100.0))); }`;
}

/** Workgroup memory for scores, for rows that they weigh, and for the staging of operands. */
export function attentionMemoryWgsl(width: number): string {
  const { columns } = headTile(width);
  return `${stagingWgsl(scoreTile(width))}
var<workgroup> weights: array<half4, ${(BLOCK * BLOCK) / 4}>;
var<workgroup> weighed: array<half4, ${(chunkFor(width) * columns) / 4}>;
var<workgroup> parts: array<f32, ${BLOCK * ACROSS}>;`;
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
