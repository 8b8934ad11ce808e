import { util } from "@tensorflow/tfjs-core";
import type { layerNormOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../program/subgroups.ts";
import { ROW_THREADS, lanesFor, rowSumWgsl } from "./row-sums.ts";

/** (x − μ) / √(σ² + ε) · γ + β: one dispatch; as many threads a row as it has work for, up to 64. */
export const layerNorm: Kernel<typeof layerNormOp> = {
  run(backend, { x, gamma, beta }, { epsilon }) {
    const width = gamma.shape[0];
    const rows = util.sizeFromShape(x.shape) / width;
    const y = emptyTensor(backend, x.shape);
    if (rows * width === 0) return y;
    const lanes = lanesFor(width);
    dispatch(backend, layerNormProgram(width, lanes, subgroupOf(backend.device)), {
      inputs: [x, gamma, beta],
      outputs: [y],
      params: [rows, width, epsilon],
      groups: Math.ceil(rows / (ROW_THREADS / lanes)),
    });
    return y;
  },
};

export function layerNormProgram(width: number, lanes: number, subgroup: Subgroup | undefined): Program {
  const type = width % 4 === 0 ? "vec4<f32>" : "f32";
  return {
    key: ["layer-norm", type, lanes, subgroupKey(subgroup)].join(),
    inputs: { x: type, gamma: type, beta: type },
    outputs: { y: type },
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
  var sum = ${type}();
  for (var i = first; i < width; i += ${lanes}u) { sum += x[start + i]; }
  let mean = row_sum(total(sum), lane) / f32(params.width);
  var squares = ${type}();
  for (var i = first; i < width; i += ${lanes}u) {
    let centred = x[start + i] - mean;
    squares += centred * centred;
  }
  let inverse = inverseSqrt(row_sum(total(squares), lane) / f32(params.width) + params.epsilon);
  for (var i = first; i < width; i += ${lanes}u) { y[start + i] = (x[start + i] - mean) * inverse * gamma[i] + beta[i]; }
}`,
  };
}
