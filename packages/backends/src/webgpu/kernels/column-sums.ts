import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

/** Rows that one workgroup adds up. */
const CHUNK = 64;
/** Columns of a workgroup, and threads that share each; far apart, so that neighbours read neighbours, and so without subgroups. */
const COLUMNS = 32;
const LANES = 4;

const program: Program = {
  key: "column-sums",
  inputs: { x: "f32" },
  outputs: { y: "f32" },
  params: { rows: "u32", columns: "u32" },
  threads: COLUMNS * LANES,
  body: () => `var<workgroup> parts: array<f32, ${COLUMNS * LANES}>;
fn run(group: u32, lane: u32) {
  let across = (params.columns + ${COLUMNS - 1}u) / ${COLUMNS}u;
  let row0 = (group / across) * ${CHUNK}u;
  if (row0 >= params.rows) { return; }
  let column = (group % across) * ${COLUMNS}u + lane % ${COLUMNS}u;
  var sum = 0.0;
  if (column < params.columns) {
    let end = min(row0 + ${CHUNK}u, params.rows);
    for (var row = row0 + lane / ${COLUMNS}u; row < end; row += ${LANES}u) { sum += x[row * params.columns + column]; }
  }
  parts[lane] = sum;
  workgroupBarrier();
  if (lane >= ${COLUMNS}u || column >= params.columns) { return; }
  for (var i = 1u; i < ${LANES}u; i++) { sum += parts[i * ${COLUMNS}u + lane]; }
  y[(group / across) * params.columns + column] = sum;
}`,
};

/** [rows, columns] -> [columns]: in chunks of rows, then their sums, until one is left. */
export function columnSums(backend: TfjsWebgpu, x: TensorInfo, rows: number, columns: number): TensorInfo {
  const chunks = Math.ceil(rows / CHUNK);
  const y = emptyTensor(backend, chunks <= 1 ? [columns] : [chunks, columns]);
  dispatch(backend, program, {
    inputs: [x],
    outputs: [y],
    params: [rows, columns],
    groups: chunks * Math.ceil(columns / COLUMNS),
  });
  if (chunks <= 1) return y;
  const total = columnSums(backend, y, chunks, columns);
  backend.disposeData(y.dataId);
  return total;
}
