/** A tile of the result that one workgroup computes, and the part of it that one thread holds in registers. */
export interface Tile {
  rows: number;
  columns: number;
  /** Rows a thread holds: a multiple of 4. */
  threadRows: number;
  /** Columns a thread holds: a multiple of 4, in fours that lie a workgroup's width apart. */
  threadColumns: number;
  /** How far along the summed axis the staged operands reach: a multiple of 4. */
  depth: number;
}

/** How a product reads an operand. */
export interface Operand {
  /** `fn load(outer, k) -> vec4<f32>`: four along the contiguous axis, zero beyond the end. */
  load: string;
  /** Contiguous is the summed axis, so [outer, k], or the result's, so [k, outer]. */
  contiguous: "k" | "outer";
}

interface Product {
  tile: Tile;
  a: Operand;
  b: Operand;
  /** First row and column of the tile. */
  row: string;
  column: string;
  /** Length of the summed axis. */
  depth: string;
  /** Prefix of the accumulators that the product is added to. */
  into: string;
}

/** Threads of a workgroup for a tile. */
export function threadsOf({ rows, columns, threadRows, threadColumns }: Tile): number {
  return (rows / threadRows) * (columns / threadColumns);
}

/** Workgroup memory in which operands are staged, the result's axis in fours side by side: `staged_a`, `staged_b`. */
export function stagingWgsl({ rows, columns, depth }: Tile): string {
  return `var<workgroup> staged_a: array<half4, ${(depth * rows) / 4}>;
var<workgroup> staged_b: array<half4, ${(depth * columns) / 4}>;`;
}

/** Accumulators of a thread, `name_i_j`: i counts its rows, j its fours of columns. */
export function accumulatorsWgsl(tile: Tile, name: string): string {
  return forEach(tile, (i, j) => `var ${name}_${i}_${j} = vec4<f32>();`);
}

/** The same in an array, rows first, for what comes after the sums and need not be fast. */
export function gatherWgsl(tile: Tile, name: string): string {
  const names = range(tile.threadRows).flatMap((i) => range(tile.threadColumns / 4).map((j) => `${name}_${i}_${j}`));
  return `var ${name} = array<vec4<f32>, ${names.length}>(${names.join(", ")});`;
}

/** `call(row, column, value)` for each of what was gathered; row and column count within the tile. */
export function eachWgsl(
  tile: Tile,
  name: string,
  call: (row: string, column: string, value: string) => string,
): string {
  const fours = tile.threadColumns / 4;
  const across = tile.columns / tile.threadColumns;
  return `for (var at = 0u; at < ${tile.threadRows * fours}u; at++) {
    ${call(`ty * ${tile.threadRows}u + at / ${fours}u`, `(tx + at % ${fours}u * ${across}u) * 4u`, `${name}[at]`)}
  }`;
}

/** A line for each accumulator of a thread. */
export function forEach(tile: Tile, line: (i: number, j: number) => string): string {
  return range(tile.threadRows)
    .flatMap((i) => range(tile.threadColumns / 4).map((j) => line(i, j)))
    .join("\n    ");
}

/** `let tx, ty`: a thread's place. */
export function placeWgsl({ columns, threadColumns }: Tile): string {
  return `let tx = lane % ${columns / threadColumns}u;
  let ty = lane / ${columns / threadColumns}u;`;
}

/** Statements that add a tile of a product to a thread's accumulators. Every thread of the workgroup must get there. */
export function productWgsl({ tile, a, b, row, column, depth, into }: Product): string {
  const fours = range(tile.threadColumns / 4);
  const across = tile.columns / tile.threadColumns;
  return `for (var k0 = 0u; k0 < ${depth}; k0 += ${tile.depth}u) {
    ${stageWgsl("staged_a", a, row, tile.rows, tile)}
    ${stageWgsl("staged_b", b, column, tile.columns, tile)}
    workgroupBarrier();
    for (var k = 0u; k < ${tile.depth}u; k++) {
      ${range(tile.threadRows / 4)
        .map((i) => `let a${i} = vec4<f32>(staged_a[k * ${tile.rows / 4}u + ty * ${tile.threadRows / 4}u + ${i}u]);`)
        .join("\n      ")}
      ${fours.map((j) => `let b${j} = vec4<f32>(staged_b[k * ${tile.columns / 4}u + tx + ${j * across}u]);`).join("\n      ")}
      ${forEach(tile, (i, j) => `${into}_${i}_${j} += a${i >> 2}.${"xyzw"[i & 3]} * b${j};`)}
    }
    workgroupBarrier();
  }`;
}

/**
 * Brings blocks of 4 × 4 into workgroup memory; those that lie the other way round are turned in registers. Loops of four
 * rather than their lines: GPUs unroll them, and SwiftShader takes seconds to compile what is written out.
 */
function stageWgsl(staged: string, { load, contiguous }: Operand, start: string, size: number, tile: Tile): string {
  const byK = contiguous === "k";
  const deep = tile.depth / 4;
  return `for (var block = lane; block < ${(size / 4) * deep}u; block += ${threadsOf(tile)}u) {
      let outer = ${byK ? `block / ${deep}u` : `block % ${size / 4}u`};
      let inner = ${byK ? `block % ${deep}u` : `block / ${size / 4}u`};
      var v: array<vec4<f32>, 4>;
      for (var i = 0u; i < 4u; i++) {
        v[i] = ${load}(${start} + outer * 4u${byK ? " + i" : ""}, k0 + inner * 4u${byK ? "" : " + i"});
      }
      for (var i = 0u; i < 4u; i++) {
        ${staged}[(inner * 4u + i) * ${size / 4}u + outer] = half4(${byK ? "vec4<f32>(v[0][i], v[1][i], v[2][i], v[3][i])" : "v[i]"});
      }
    }`;
}

/** Elements of a matrix: single numbers, or four along the contiguous axis, as f32 or as halves packed in two words. */
export type Element = "f32" | "vec4<f32>" | "vec2<u32>";

/** `fn name(outer, k) -> vec4<f32>` of a matrix, with `size` and `depth` its lengths along the result's axis and the summed one. */
export function loadWgsl(
  name: string,
  array: string,
  element: Element,
  contiguous: Operand["contiguous"],
  [size, depth]: readonly [string, string],
): string {
  const [at, place, width] =
    contiguous === "k" ? [`outer * ${depth} + k`, "k", depth] : [`k * ${size} + outer`, "outer", size];
  const read = {
    f32: `let at = ${at};
    let left = ${width} - ${place};
    var value = vec4<f32>(${array}[at], 0.0, 0.0, 0.0);
    if (left > 1u) { value.y = ${array}[at + 1u]; }
    if (left > 2u) { value.z = ${array}[at + 2u]; }
    if (left > 3u) { value.w = ${array}[at + 3u]; }
    return value;`,
    "vec4<f32>": `return ${array}[(${at}) / 4u];`,
    "vec2<u32>": `let pair = ${array}[(${at}) / 4u];
    return vec4<f32>(unpack2x16float(pair.x), unpack2x16float(pair.y));`,
  };
  return `fn ${name}(outer: u32, k: u32) -> vec4<f32> {
  if (outer < ${size} && k < ${depth}) {
    ${read[element]}
  }
  return vec4<f32>();
}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
