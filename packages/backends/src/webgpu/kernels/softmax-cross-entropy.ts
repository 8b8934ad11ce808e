import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../program/subgroups.ts";
import { LOWEST } from "../wgsl/lowest.ts";
import { ROW_THREADS, reduceWgsl } from "./row-sums.ts";

/** −Σ p log softmax(logits) of each row: one dispatch, one workgroup a row. */
export const softmaxCrossEntropy: Kernel<typeof softmaxCrossEntropyOp> = {
  run: (backend, { logits, target }) => {
    const y = emptyTensor(backend, [logits.shape[0]]);
    return run(backend, lossProgram(subgroupOf(backend.device)), [logits, target], y);
  },
};

/** dy · (softmax · Σp − p) */
export const softmaxCrossEntropyGrad: Kernel<typeof softmaxCrossEntropyGradOp> = {
  run: (backend, { dy, logits, target }) => {
    const dx = emptyTensor(backend, logits.shape);
    return run(backend, gradProgram(subgroupOf(backend.device)), [logits, target, dy], dx);
  },
};

function run(backend: TfjsWebgpu, program: Program, inputs: TensorInfo[], output: TensorInfo): TensorInfo {
  const [rows, classes] = inputs[0]!.shape as [number, number];
  if (rows > 0) dispatch(backend, program, { inputs, outputs: [output], params: [rows, classes], groups: rows });
  return output;
}

/** What both need: the row's largest logit, the sum of the exponentials below it, and Σp. */
function rowWgsl(subgroup: Subgroup | undefined): string {
  return `${reduceWgsl("row_max", "Max", ROW_THREADS, subgroup)}
${reduceWgsl("row_sum", "Add", ROW_THREADS, subgroup)}
struct Row { start: u32, largest: f32, sum: f32, weight: f32 }
fn row_of(group: u32, lane: u32) -> Row {
  let start = group * params.classes;
  var largest = ${LOWEST};
  for (var i = lane; i < params.classes; i += ${ROW_THREADS}u) { largest = max(largest, logits[start + i]); }
  largest = row_max(largest, lane);
  var sum = 0.0;
  var weight = 0.0;
  for (var i = lane; i < params.classes; i += ${ROW_THREADS}u) {
    sum += exp(max(logits[start + i] - largest, -100.0));
    weight += target_p[start + i];
  }
  sum = row_sum(sum, lane);
  weight = row_sum(weight, lane);
  return Row(start, largest, sum, weight);
}`;
}

export function lossProgram(subgroup: Subgroup | undefined): Program {
  return {
    key: ["softmax-cross-entropy", subgroupKey(subgroup)].join(),
    inputs: { logits: "f32", target_p: "f32" },
    outputs: { y: "f32" },
    params: { rows: "u32", classes: "u32" },
    threads: ROW_THREADS,
    subgroup,
    body: () => `${rowWgsl(subgroup)}
fn run(group: u32, lane: u32) {
  if (group >= params.rows) { return; }
  let row = row_of(group, lane);
  var along = 0.0;
  for (var i = lane; i < params.classes; i += ${ROW_THREADS}u) {
    along += target_p[row.start + i] * (log(row.sum) - (logits[row.start + i] - row.largest));
  }
  along = row_sum(along, lane);
  if (lane == 0u) { y[group] = along; }
}`,
  };
}

export function gradProgram(subgroup: Subgroup | undefined): Program {
  return {
    key: ["softmax-cross-entropy-grad", subgroupKey(subgroup)].join(),
    inputs: { logits: "f32", target_p: "f32", dy: "f32" },
    outputs: { dx: "f32" },
    params: { rows: "u32", classes: "u32" },
    threads: ROW_THREADS,
    subgroup,
    body: () => `${rowWgsl(subgroup)}
fn run(group: u32, lane: u32) {
  if (group >= params.rows) { return; }
  let row = row_of(group, lane);
  for (var i = lane; i < params.classes; i += ${ROW_THREADS}u) {
    let p = exp(max(logits[row.start + i] - row.largest, -100.0)) / row.sum;
    dx[row.start + i] = dy[group] * (p * row.weight - target_p[row.start + i]);
  }
}`,
  };
}
