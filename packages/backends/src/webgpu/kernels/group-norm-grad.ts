import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Activation, groupNormGradOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../program/subgroups.ts";
import { slopeWgsl } from "../wgsl/activation.ts";
import { columnSums } from "./column-sums.ts";
import { groupNormParams, groupStatisticsWgsl } from "./group-norm.ts";
import { ROW_THREADS, rowSumWgsl } from "./row-sums.ts";

/** Rows that one workgroup adds up for γ and β. */
const CHUNK = 64;

/** [dx, dγ, dβ]: groups, which also leave their statistics, then columns in chunks, then the sums of the chunks. */
export const groupNormGrad: Kernel<typeof groupNormGradOp> = {
  run(backend, { dy, x, gamma, beta }, { groups, epsilon, activation }) {
    const [batch, height, width, channels] = x.shape;
    const pixels = height * width;
    const rows = util.sizeFromShape(x.shape) / channels;
    const params = [batch * groups, groups, pixels, channels, epsilon];
    const dx = emptyTensor(backend, x.shape);
    const stats = emptyTensor(backend, [batch * groups, 2]);
    dispatch(backend, groupsProgram(activation, subgroupOf(backend.device)), {
      inputs: [dy, x, gamma, beta],
      outputs: [dx, stats],
      params,
      groups: batch * groups,
    });
    const chunks = Math.ceil(rows / CHUNK);
    const [dgamma, dbeta] = [emptyTensor(backend, [chunks, channels]), emptyTensor(backend, [chunks, channels])];
    dispatch(backend, columnsProgram(activation), {
      inputs: [dy, x, gamma, beta, stats],
      outputs: [dgamma, dbeta],
      params,
      groups: chunks * Math.ceil(channels / ROW_THREADS),
    });
    const sums = (parts: TensorInfo) => columnSums(backend, parts, chunks, channels);
    const gradients: [TensorInfo, TensorInfo, TensorInfo] = [dx, sums(dgamma), sums(dbeta)];
    for (const part of [stats, dgamma, dbeta]) backend.disposeData(part.dataId);
    return gradients;
  },
};

function groupsProgram(activation: Activation, subgroup: Subgroup | undefined): Program {
  return {
    key: ["group-norm-grad", activation, subgroupKey(subgroup)].join(),
    inputs: { dy: "f32", x: "f32", gamma: "f32", beta: "f32" },
    outputs: { dx: "f32", stats: "vec2<f32>" },
    params: groupNormParams,
    threads: ROW_THREADS,
    subgroup,
    body: () => `${rowSumWgsl(ROW_THREADS, "f32", subgroup)}
${slopeWgsl(activation, "f32")}
fn slope_at(at: u32, channel: u32, normal: f32) -> f32 {
  return dy[at] * slope(normal * gamma[channel] + beta[channel]) * gamma[channel];
}
fn run(group: u32, lane: u32) {
  if (group >= params.groups) { return; }
  ${groupStatisticsWgsl}
  var slopes = 0.0;
  var along = 0.0;
  for (var i = lane; i < size; i += ${ROW_THREADS}u) {
    let at = start + i / width * params.channels + i % width;
    let normal = (x[at] - mean) * inverse;
    let slope = slope_at(at, first_channel + i % width, normal);
    slopes += slope;
    along += slope * normal;
  }
  let mean_slope = row_sum(slopes, lane) / f32(size);
  let mean_along = row_sum(along, lane) / f32(size);
  for (var i = lane; i < size; i += ${ROW_THREADS}u) {
    let at = start + i / width * params.channels + i % width;
    let normal = (x[at] - mean) * inverse;
    dx[at] = (slope_at(at, first_channel + i % width, normal) - mean_slope - normal * mean_along) * inverse;
  }
  if (lane == 0u) { stats[group] = vec2<f32>(mean, inverse); }
}`,
  };
}

function columnsProgram(activation: Activation): Program {
  return {
    key: ["group-norm-grad-columns", activation].join(),
    inputs: { dy: "f32", x: "f32", gamma: "f32", beta: "f32", stats: "vec2<f32>" },
    outputs: { dgamma: "f32", dbeta: "f32" },
    params: groupNormParams,
    threads: ROW_THREADS,
    body: () => `${slopeWgsl(activation, "f32")}
fn run(group: u32, lane: u32) {
  let across = (params.channels + ${ROW_THREADS - 1}u) / ${ROW_THREADS}u;
  let chunk = group / across;
  let column = (group % across) * ${ROW_THREADS}u + lane;
  let rows = params.groups / params.groups_each * params.pixels;
  let first = chunk * ${CHUNK}u;
  if (column >= params.channels || first >= rows) { return; }
  let of_column = column / (params.channels / params.groups_each);
  var of_gamma = 0.0;
  var of_beta = 0.0;
  for (var row = first; row < min(first + ${CHUNK}u, rows); row++) {
    let at = row * params.channels + column;
    let statistics = stats[row / params.pixels * params.groups_each + of_column];
    let normal = (x[at] - statistics.x) * statistics.y;
    let inner = dy[at] * slope(normal * gamma[column] + beta[column]);
    of_gamma += inner * normal;
    of_beta += inner;
  }
  dgamma[chunk * params.channels + column] = of_gamma;
  dbeta[chunk * params.channels + column] = of_beta;
}`,
  };
}
