import type { tntMergeOp } from "@tessera/tnt";
import type { Kernel } from "../../kernel.ts";
import { ROW_THREADS, lanesFor, rowSumWgsl } from "../row-sums.ts";
import { type Program, dispatch, emptyTensor } from "../../program/program.ts";
import { type Subgroup, subgroupKey, subgroupOf } from "../../program/subgroups.ts";

/** tokens + [0, norm(joined)], or without the norm: one dispatch. */
export const tntMerge: Kernel<typeof tntMergeOp> = {
  run(backend, { tokens, joined, gamma, beta }, { epsilon = 0 }) {
    const [batch, length, width] = tokens.shape;
    const rows = batch * length;
    const y = emptyTensor(backend, tokens.shape);
    if (rows * width === 0) return y;
    const lanes = lanesFor(width);
    dispatch(backend, mergeProgram(width, lanes, !!gamma, gamma && subgroupOf(backend.device)), {
      inputs: [tokens, joined, ...(gamma ? [gamma, beta!] : [])],
      outputs: [y],
      params: [rows, length, width, epsilon],
      groups: Math.ceil(rows / (ROW_THREADS / lanes)),
    });
    return y;
  },
};

/** A row is a token; the class token, first in each image, takes part in the sums with nothing. */
function mergeProgram(width: number, lanes: number, norm: boolean, subgroup: Subgroup | undefined): Program {
  const type = width % 4 === 0 ? "vec4<f32>" : "f32";
  const each = (body: string) => `for (var i = first; i < width; i += ${lanes}u) { ${body} }`;
  return {
    key: ["tnt-merge", type, lanes, norm, subgroupKey(subgroup)].join(),
    inputs: { tokens: type, joined: type, ...(norm && { gamma: type, beta: type }) },
    outputs: { y: type },
    params: { rows: "u32", length: "u32", width: "u32", epsilon: "f32" },
    threads: ROW_THREADS,
    subgroup,
    body: () => `${norm ? rowSumWgsl(lanes, type, subgroup) : ""}
fn run(group: u32, lane: u32) {
  let row = group * ${ROW_THREADS / lanes}u + lane / ${lanes}u;
  let width = select(0u, params.width${type === "f32" ? "" : " / 4u"}, row < params.rows);
  let first = lane % ${lanes}u;
  let isClass = row % params.length == 0u;
  // Before the row come the class tokens of its own image and of those before.
  let start = (row - min(row, row / params.length + 1u)) * width;
  ${
    norm
      ? `var sum = ${type}();
  if (!isClass) { ${each("sum += joined[start + i];")} }
  let mean = row_sum(total(sum), lane) / f32(params.width);
  var squares = ${type}();
  if (!isClass) { ${each("let centred = joined[start + i] - mean; squares += centred * centred;")} }
  let inverse = inverseSqrt(row_sum(total(squares), lane) / f32(params.width) + params.epsilon);`
      : ""
  }
  ${each(`var value = tokens[row * width + i];
    if (!isClass) { value += ${norm ? "(joined[start + i] - mean) * inverse * gamma[i] + beta[i]" : "joined[start + i]"}; }
    y[row * width + i] = value;`)}
}`,
  };
}
