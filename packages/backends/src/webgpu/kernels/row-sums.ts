/** Threads of a workgroup that reduces rows, one or several. */
export const ROW_THREADS = 64;

/** Threads that share a row. */
export function lanesFor(width: number): number {
  let lanes = 4;
  while (lanes < ROW_THREADS && lanes * 4 < width) lanes *= 2;
  return lanes;
}

/** `fn row_sum(value, lane)`: the sum over the threads of a row. Every thread of the workgroup must get there. */
export function rowSumWgsl(lanes: number, type: "f32" | "vec4<f32>"): string {
  return `${reduceWgsl("row_sum", "parts", lanes, (a, b) => `${a} + ${b}`)}
fn total(value: ${type}) -> f32 { return ${type === "f32" ? "value" : "dot(value, vec4<f32>(1.0))"}; }`;
}

/** `fn name(value, lane)`: a reduction over groups of `lanes` threads, through the workgroup array `parts`. */
export function reduceWgsl(
  name: string,
  parts: string,
  lanes: number,
  combine: (a: string, b: string) => string,
): string {
  return `var<workgroup> ${parts}: array<f32, ${ROW_THREADS}>;
fn ${name}(value: f32, lane: u32) -> f32 {
  ${parts}[lane] = value;
  workgroupBarrier();
  for (var step = ${lanes / 2}u; step > 0u; step /= 2u) {
    if (lane % ${lanes}u < step) { ${parts}[lane] = ${combine(`${parts}[lane]`, `${parts}[lane + step]`)}; }
    workgroupBarrier();
  }
  let result = ${parts}[lane - lane % ${lanes}u];
  workgroupBarrier();
  return result;
}`;
}
