import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { layerNormGradOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../program/subgroups.ts";
import { columnSums } from "./column-sums.ts";
import { ROW_THREADS, lanesFor, rowSumWgsl } from "./row-sums.ts";

/** Rows that one workgroup adds up for γ and β. */
const CHUNK = 64;

/** [dx, dγ, dβ]: rows, which also leave their statistics, then columns in chunks, then the sums of the chunks. */
export const layerNormGrad: Kernel<typeof layerNormGradOp> = {
  run(backend, { dy, x, gamma }, { epsilon }) {
    const width = gamma.shape[0];
    const rows = util.sizeFromShape(x.shape) / width;
    const dx = emptyTensor(backend, x.shape);
    const stats = emptyTensor(backend, [rows, 2]);
    const lanes = lanesFor(width);
    dispatch(backend, rowsProgram(width, lanes, subgroupOf(backend.device)), {
      inputs: [dy, x, gamma],
      outputs: [dx, stats],
      params: [rows, width, epsilon],
      groups: Math.ceil(rows / (ROW_THREADS / lanes)),
    });
    const chunks = Math.ceil(rows / CHUNK);
    const [dgamma, dbeta] = [emptyTensor(backend, [chunks, width]), emptyTensor(backend, [chunks, width])];
    dispatch(backend, columnsProgram, {
      inputs: [dy, x, stats],
      outputs: [dgamma, dbeta],
      params: [rows, width],
      groups: chunks * Math.ceil(width / ROW_THREADS),
    });
    const sums = (parts: TensorInfo) => columnSums(backend, parts, chunks, width);
    const gradients: [TensorInfo, TensorInfo, TensorInfo] = [dx, sums(dgamma), sums(dbeta)];
    for (const part of [stats, dgamma, dbeta]) backend.disposeData(part.dataId);
    return gradients;
  },
};

export function rowsProgram(width: number, lanes: number, subgroup: Subgroup | undefined): Program {
  const type = width % 4 === 0 ? "vec4<f32>" : "f32";
  return {
    key: ["layer-norm-grad", type, lanes, subgroupKey(subgroup)].join(),
    inputs: { dy: type, x: type, gamma: type },
    outputs: { dx: type, stats: "vec2<f32>" },
    params: { rows: "u32", width: "u32", epsilon: "f32" },
    threads: ROW_THREADS,
    subgroup,
    body: () => `${rowSumWgsl(lanes, type, subgroup)}
fn run(group: u32, lane: u32) {
  let row = group * ${ROW_THREADS / lanes}u + lane / ${lanes}u;
  let inside = row < params.rows;
  let width = select(0u, params.width${type === "f32" ? "" : " / 4u"}, inside);
  let start = row * width;
  let first = lane % ${lanes}u;
  let d = f32(params.width);
  var sum = ${type}();
  for (var i = first; i < width; i += ${lanes}u) { sum += x[start + i]; }
  let mean = row_sum(total(sum), lane) / d;
  var squares = ${type}();
  var slopes = ${type}();
  var along = ${type}();
  for (var i = first; i < width; i += ${lanes}u) {
    let centred = x[start + i] - mean;
    let slope = dy[start + i] * gamma[i];
    squares += centred * centred;
    slopes += slope;
    along += slope * centred;
  }
  let inverse = inverseSqrt(row_sum(total(squares), lane) / d + params.epsilon);
  let mean_slope = row_sum(total(slopes), lane) / d;
  let mean_along = row_sum(total(along), lane) / d * inverse;
  for (var i = first; i < width; i += ${lanes}u) {
    let normal = (x[start + i] - mean) * inverse;
    dx[start + i] = (dy[start + i] * gamma[i] - mean_slope - normal * mean_along) * inverse;
  }
  if (inside && first == 0u) { stats[row] = vec2<f32>(mean, inverse); }
}`,
  };
}

const columnsProgram: Program = {
  key: "layer-norm-grad-columns",
  inputs: { dy: "f32", x: "f32", stats: "vec2<f32>" },
  outputs: { dgamma: "f32", dbeta: "f32" },
  params: { rows: "u32", width: "u32" },
  threads: ROW_THREADS,
  body: () => `fn run(group: u32, lane: u32) {
  let across = (params.width + ${ROW_THREADS - 1}u) / ${ROW_THREADS}u;
  let chunk = group / across;
  let column = (group % across) * ${ROW_THREADS}u + lane;
  let first = chunk * ${CHUNK}u;
  if (column >= params.width || first >= params.rows) { return; }
  var of_gamma = 0.0;
  var of_beta = 0.0;
  for (var row = first; row < min(first + ${CHUNK}u, params.rows); row++) {
    let at = row * params.width + column;
    let slope = dy[at];
    of_gamma += slope * (x[at] - stats[row].x) * stats[row].y;
    of_beta += slope;
  }
  dgamma[chunk * params.width + column] = of_gamma;
  dbeta[chunk * params.width + column] = of_beta;
}`,
};
