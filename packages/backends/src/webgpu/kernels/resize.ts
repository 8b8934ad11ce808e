import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type ResizeMethod, resizeMatrix, type resizeOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const THREADS = 64;

/** Rows, then columns, each a weighted sum of the few neighbours that its rule looks at: two dispatches. */
export const resize: Kernel<typeof resizeOp> = {
  run(backend, { x }, { method, size: [height, width] }) {
    const [b, h, w, c] = x.shape;
    const tall = along(backend, x, [b, height, w, c], [b, h, w * c], tapsOf(method, h, height));
    const wide = along(backend, tall, [b, height, width, c], [b * height, w, c], tapsOf(method, w, width));
    backend.disposeData(tall.dataId);
    return wide;
  },
};

/** For each output a start and as many weights as the widest needs, padded with zeros. */
interface Taps {
  outputs: number;
  count: number;
  starts: Int32Array;
  weights: Float32Array;
}

/** What of a resize matrix [to, from] is not zero. */
function tapsOf(method: ResizeMethod, from: number, to: number): Taps {
  const matrix = resizeMatrix(method, from, to);
  const rows = Array.from({ length: to }, (_, i) => matrix.subarray(i * from, (i + 1) * from));
  const first = rows.map((row) =>
    Math.max(
      0,
      row.findIndex((weight) => weight !== 0),
    ),
  );
  const last = rows.map((row) =>
    Math.max(
      0,
      row.length -
        1 -
        Array.from(row)
          .reverse()
          .findIndex((weight) => weight !== 0),
    ),
  );
  const count = Math.max(...rows.map((_, i) => last[i]! - first[i]! + 1));
  // Moved back where the weights would reach beyond the end.
  const starts = Int32Array.from(first, (start) => Math.min(start, from - count));
  const weights = new Float32Array(to * count);
  for (const [i, row] of rows.entries()) weights.set(row.subarray(starts[i], starts[i]! + count), i * count);
  return { outputs: to, count, starts, weights };
}

/** [outer, from, inner] -> [outer, to, inner] */
function along(
  backend: TfjsWebgpu,
  x: TensorInfo,
  shape: number[],
  [outer, from, inner]: readonly [number, number, number],
  { outputs, count, starts, weights }: Taps,
): TensorInfo {
  const y = emptyTensor(backend, shape);
  const total = outer * outputs * inner;
  if (total === 0) return y;
  const startsTensor = backend.makeTensorInfo([outputs], "int32", starts);
  const weightsTensor = backend.makeTensorInfo([outputs, count], "float32", weights);
  dispatch(backend, program, {
    inputs: [x, startsTensor, weightsTensor],
    outputs: [y],
    params: [total, from, outputs, inner, count],
    groups: Math.ceil(total / THREADS),
  });
  for (const { dataId } of [startsTensor, weightsTensor]) backend.disposeData(dataId);
  return y;
}

const program: Program = {
  key: "resize",
  inputs: { x: "f32", starts: "i32", weights: "f32" },
  outputs: { y: "f32" },
  params: { count: "u32", before: "u32", after: "u32", inner: "u32", taps: "u32" },
  threads: THREADS,
  body: () => `fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i >= params.count) { return; }
  let inner = i % params.inner;
  let to = i / params.inner % params.after;
  let outer = i / (params.inner * params.after);
  let at = (outer * params.before + u32(starts[to])) * params.inner + inner;
  var sum = 0.0;
  for (var tap = 0u; tap < params.taps; tap++) { sum += weights[to * params.taps + tap] * x[at + tap * params.inner]; }
  y[i] = sum;
}`,
};
