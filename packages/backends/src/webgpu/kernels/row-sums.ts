import { type Reduction, type Subgroup, combineWgsl, neighbours, reduceNeighboursWgsl } from "../program/subgroups.ts";

/** Threads of a workgroup that reduces rows, one or several. */
export const ROW_THREADS = 64;

/** Threads that share a row. */
export function lanesFor(width: number): number {
  let lanes = 4;
  while (lanes < ROW_THREADS && lanes * 4 < width) lanes *= 2;
  return lanes;
}

/** `fn row_sum(value, lane)`: the sum over the threads of a row. Every thread of the workgroup must get there. */
export function rowSumWgsl(lanes: number, type: "f32" | "vec4<f32>", subgroup: Subgroup | undefined): string {
  return `${reduceWgsl("row_sum", "Add", lanes, subgroup)}
fn total(value: ${type}) -> f32 { return ${type === "f32" ? "value" : "dot(value, vec4<f32>(1.0))"}; }`;
}

/**
 * `fn name(value, lane)`: a reduction over groups of `lanes` threads. Subgroups bring it as far as they reach, workgroup
 * memory does the rest: all of it where there is no subgroup.
 */
export function reduceWgsl(name: string, reduction: Reduction, lanes: number, subgroup: Subgroup | undefined): string {
  const together = neighbours(lanes, subgroup);
  const parts = `parts_of_${name}`;
  const within = `var result = value;
  ${reduceNeighboursWgsl("result", lanes, reduction, subgroup)}`;
  if (together === lanes) {
    return `fn ${name}(value: f32, lane: u32) -> f32 {
  ${within}
  return result;
}`;
  }
  return `var<workgroup> ${parts}: array<f32, ${ROW_THREADS}>;
fn ${name}(value: f32, lane: u32) -> f32 {
  ${within}
  ${parts}[lane] = result;
  workgroupBarrier();
  for (var step = ${lanes / 2}u; step >= ${together}u; step /= 2u) {
    if (lane % ${lanes}u < step) { ${parts}[lane] = ${combineWgsl(reduction, `${parts}[lane]`, `${parts}[lane + step]`)}; }
    workgroupBarrier();
  }
  result = ${parts}[lane - lane % ${lanes}u];
  workgroupBarrier();
  return result;
}`;
}
