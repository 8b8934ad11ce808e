import type { Activation } from "@tessera/core";
import { activateWgsl } from "../wgsl/activation.ts";
import {
  type Element,
  type Operand,
  type Tile,
  accumulatorsWgsl,
  eachWgsl,
  gatherWgsl,
  loadWgsl,
  placeWgsl,
  productWgsl,
  stagingWgsl,
  threadsOf,
} from "../wgsl/product.ts";
import type { HalfMode, Program } from "../program/program.ts";

/** What is done to a product before it is stored. */
export interface Epilogue {
  bias: boolean;
  activation: Activation;
  scale: boolean;
  residual: boolean;
}

export interface ProductShape {
  rows: number;
  columns: number;
  depth: number;
}

/** Which axis of each operand is contiguous, and how a weight is stored. */
export interface ProductForm {
  a: Operand["contiguous"];
  b: Operand["contiguous"];
  /** b holds packed halves. */
  packed: boolean;
  epilogue: Epilogue;
  half: HalfMode;
}

export const tiles = {
  large: { rows: 128, columns: 128, threadRows: 8, threadColumns: 8, depth: 16 },
  medium: { rows: 64, columns: 64, threadRows: 4, threadColumns: 4, depth: 16 },
  small: { rows: 32, columns: 32, threadRows: 4, threadColumns: 4, depth: 16 },
} satisfies Record<string, Tile>;

/** A large tile reads the least, a small one makes work for more cores. */
export function tileFor({ rows, columns }: ProductShape): Tile {
  const groups = (tile: Tile) => Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
  if (groups(tiles.large) >= 96) return tiles.large;
  return groups(tiles.medium) >= 96 ? tiles.medium : tiles.small;
}

/** Names of the tensors that an epilogue reads, in the order in which a program takes them. */
export function epilogueInputs({ bias, scale, residual }: Epilogue): ("bias" | "scale" | "residual")[] {
  return [...(bias ? (["bias"] as const) : []), ...(scale ? (["scale"] as const) : []), ...(residual ? (["residual"] as const) : [])]; // prettier-ignore
}

/** `fn finish(value, row, column)`: what an epilogue makes of one number, or of four. */
export function finishWgsl(epilogue: Epilogue, type: "f32" | "vec4<f32>"): string {
  const by = type === "f32" ? "" : " / 4u";
  return `${activateWgsl(epilogue.activation, type)}
fn finish(product: ${type}, row: u32, column: u32) -> ${type} {
  var value = product;
  ${epilogue.bias ? `value += bias[column${by}];` : ""}
  value = activate(value);
  ${epilogue.scale ? `value *= scale[column${by}];` : ""}
  ${epilogue.residual ? `value += residual[(row * params.columns + column)${by}];` : ""}
  return value;
}`;
}

/** y [rows, columns] = finish(a b), summed over depth. */
export function productProgram(shape: ProductShape, form: ProductForm, tile: Tile = tileFor(shape)): Program {
  const { rows, columns, depth } = shape;
  const width = { k: depth, outer: { a: rows, b: columns } };
  const element = (operand: "a" | "b"): Element =>
    (form[operand] === "k" ? width.k : width.outer[operand]) % 4 === 0 ? "vec4<f32>" : "f32";
  const a = element("a");
  const b = form.packed ? "vec2<u32>" : element("b");
  const out = columns % 4 === 0 ? "vec4<f32>" : "f32";
  const extra = epilogueInputs(form.epilogue);
  return {
    key: ["product", tile.rows, form.a, a, form.b, b, out, form.epilogue.activation, ...extra].join(),
    inputs: { a, b, ...Object.fromEntries(extra.map((name) => [name, out])) },
    outputs: { y: out },
    params: { rows: "u32", columns: "u32", depth: "u32" },
    threads: threadsOf(tile),
    half: form.half,
    body: () => `${stagingWgsl(tile)}
${loadWgsl("load_a", "a", a, form.a, ["params.rows", "params.depth"])}
${loadWgsl("load_b", "b", b, form.b, ["params.columns", "params.depth"])}
${finishWgsl(form.epilogue, out)}
${putWgsl(out)}
fn run(group: u32, lane: u32) {
  let across = (params.columns + ${tile.columns - 1}u) / ${tile.columns}u;
  let row0 = (group / across) * ${tile.rows}u;
  let column0 = (group % across) * ${tile.columns}u;
  if (row0 >= params.rows) { return; }
  ${placeWgsl(tile)}
  ${accumulatorsWgsl(tile, "acc")}
  ${productWgsl({
    tile,
    a: { load: "load_a", contiguous: form.a },
    b: { load: "load_b", contiguous: form.b },
    row: "row0",
    column: "column0",
    depth: "params.depth",
    into: "acc",
  })}
  ${gatherWgsl(tile, "acc")}
  ${eachWgsl(tile, "acc", (row, column, value) => `put(${value}, row0 + ${row}, column0 + ${column});`)}
}`,
  };
}

/** Workgroups that `productProgram` needs. */
export function productGroups(shape: ProductShape, tile: Tile = tileFor(shape)): number {
  return Math.ceil(shape.rows / tile.rows) * Math.ceil(shape.columns / tile.columns);
}

/** `fn put(value, row, column)` stores four finished numbers, or those of them that exist. */
function putWgsl(out: "f32" | "vec4<f32>"): string {
  const store =
    out === "f32"
      ? `for (var i = 0u; i < 4u && column + i < params.columns; i++) {
    y[row * params.columns + column + i] = finish(value[i], row, column + i);
  }`
      : "y[(row * params.columns + column) / 4u] = finish(value, row, column);";
  return `fn put(value: vec4<f32>, row: u32, column: u32) {
  if (row >= params.rows || column >= params.columns) { return; }
  ${store}
}`;
}
