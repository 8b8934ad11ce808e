import type { Activation, groupNormOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../program/subgroups.ts";
import { activateWgsl } from "../wgsl/activation.ts";
import { ROW_THREADS, rowSumWgsl } from "./row-sums.ts";

export const groupNormParams = {
  /** Of all pictures. */
  groups: "u32",
  groups_each: "u32",
  pixels: "u32",
  channels: "u32",
  epsilon: "f32",
} as const;

/** act((x − μ) / √(σ² + ε) · γ + β): one dispatch, in which a workgroup has a picture's group of channels. */
export const groupNorm: Kernel<typeof groupNormOp> = {
  run(backend, { x, gamma, beta }, { groups, epsilon, activation }) {
    const [batch, height, width, channels] = x.shape;
    const y = emptyTensor(backend, x.shape);
    dispatch(backend, groupNormProgram(activation, subgroupOf(backend.device)), {
      inputs: [x, gamma, beta],
      outputs: [y],
      params: [batch * groups, groups, height * width, channels, epsilon],
      groups: batch * groups,
    });
    return y;
  },
};

/** The statistics of a workgroup's group of channels, `mean` and `inverse`, and where its values lie. */
export const groupStatisticsWgsl = `let width = params.channels / params.groups_each;
  let size = params.pixels * width;
  let first_channel = group % params.groups_each * width;
  let start = group / params.groups_each * params.pixels * params.channels + first_channel;
  var sum = 0.0;
  for (var i = lane; i < size; i += ${ROW_THREADS}u) { sum += x[start + i / width * params.channels + i % width]; }
  let mean = row_sum(sum, lane) / f32(size);
  var squares = 0.0;
  for (var i = lane; i < size; i += ${ROW_THREADS}u) {
    let centred = x[start + i / width * params.channels + i % width] - mean;
    squares += centred * centred;
  }
  let inverse = inverseSqrt(row_sum(squares, lane) / f32(size) + params.epsilon);`;

function groupNormProgram(activation: Activation, subgroup: Subgroup | undefined): Program {
  return {
    key: ["group-norm", activation, subgroupKey(subgroup)].join(),
    inputs: { x: "f32", gamma: "f32", beta: "f32" },
    outputs: { y: "f32" },
    params: groupNormParams,
    threads: ROW_THREADS,
    subgroup,
    body: () => `${rowSumWgsl(ROW_THREADS, "f32", subgroup)}
${activateWgsl(activation, "f32")}
fn run(group: u32, lane: u32) {
  if (group >= params.groups) { return; }
  ${groupStatisticsWgsl}
  for (var i = lane; i < size; i += ${ROW_THREADS}u) {
    let at = start + i / width * params.channels + i % width;
    let channel = first_channel + i % width;
    y[at] = activate((x[at] - mean) * inverse * gamma[channel] + beta[channel]);
  }
}`,
  };
}
