import type { HalfMode, Program } from "../program/program.ts";
import { type Element } from "../wgsl/product.ts";
import { type Epilogue, type ProductShape, epilogueInputs, finishWgsl } from "./product.ts";

/** Up to as many rows a tile would stand mostly empty. */
export const FEW_ROWS = 8;

/** Columns of a workgroup, and threads that share the sum of each. */
const COLUMNS = 8;
const LANES = 8;

/** y [rows, columns] = finish(a bᵀ) for few rows: every weight is read once, by neighbours side by side. */
export function fewRowsProgram(
  { rows, depth }: ProductShape,
  { epilogue, packed, half }: { epilogue: Epilogue; packed: boolean; half: HalfMode },
): Program {
  const held = rows <= 1 ? 1 : rows <= 4 ? 4 : FEW_ROWS;
  const four = depth % 4 === 0;
  const a = four ? "vec4<f32>" : "f32";
  const b: Element = packed ? "vec2<u32>" : a;
  const extra = epilogueInputs(epilogue);
  const type = four ? "vec4<f32>" : "f32";
  const each = Array.from({ length: held }, (_, row) => row);
  return {
    key: ["few-rows", held, a, b, epilogue.activation, ...extra].join(),
    inputs: { a, b, ...Object.fromEntries(extra.map((name) => [name, "f32"])) },
    outputs: { y: "f32" },
    params: { rows: "u32", columns: "u32", depth: "u32" },
    threads: COLUMNS * LANES,
    half,
    body: () => `var<workgroup> parts: array<f32, ${COLUMNS * LANES * held}>;
${finishWgsl(epilogue, "f32")}
fn total(value: ${type}) -> f32 { return ${four ? "dot(value, vec4<f32>(1.0))" : "value"}; }
fn run(group: u32, lane: u32) {
  let column0 = group * ${COLUMNS}u;
  if (column0 >= params.columns) { return; }
  let column = column0 + lane / ${LANES}u;
  let part = lane % ${LANES}u;
  let width = params.depth${four ? " / 4u" : ""};
  ${each.map((row) => `var sum_${row} = ${type}();`).join(" ")}
  if (column < params.columns) {
    for (var k = part; k < width; k += ${LANES}u) {
      ${packed ? "let pair = b[column * width + k]; let weight = vec4<f32>(unpack2x16float(pair.x), unpack2x16float(pair.y));" : "let weight = b[column * width + k];"}
      ${each.map((row) => `sum_${row} += weight * a[min(${row}u, params.rows - 1u) * width + k];`).join("\n      ")}
    }
  }
  ${each.map((row) => `parts[${row * COLUMNS * LANES}u + lane] = total(sum_${row});`).join("\n  ")}
  workgroupBarrier();
  let row = lane / ${COLUMNS}u;
  let out = column0 + lane % ${COLUMNS}u;
  if (row >= params.rows || out >= params.columns) { return; }
  var sum = 0.0;
  for (var i = 0u; i < ${LANES}u; i++) { sum += parts[row * ${COLUMNS * LANES}u + (lane % ${COLUMNS}u) * ${LANES}u + i]; }
  y[row * params.columns + out] = finish(sum, row, out);
}`,
  };
}

export function fewRowsGroups({ columns }: ProductShape): number {
  return Math.ceil(columns / COLUMNS);
}
