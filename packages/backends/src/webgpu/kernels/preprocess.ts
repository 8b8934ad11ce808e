import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PreprocessAttrs, preprocessOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { pixelsOf } from "./picture-pixels.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const THREADS = 64;

/** A picture's columns, then its rows resampled in fixed point, cut, padded and normalised: two dispatches, [1, h, w, 3]. */
export const preprocess: Kernel<typeof preprocessOp> = {
  run(backend, _, { picture, size: [height, width], across, down, rows, left, top, fill, table }) {
    const { words, stride } = pixelsOf(backend, picture);
    const [columns, lines] = [across.first.length, down.first.length];
    const strip = emptyTensor(backend, [rows.length, columns], "int32");
    const [byColumn, byRow] = [weightTensors(backend, across), weightTensors(backend, down)];
    dispatch(backend, columnsProgram, {
      inputs: [words, ...byColumn],
      outputs: [strip],
      params: [rows.length, columns, stride, rows.start, across.taps],
      groups: Math.ceil((rows.length * columns) / THREADS),
    });
    const values = backend.makeTensorInfo([3, 256], "float32", table);
    const y = emptyTensor(backend, [1, height, width, 3]);
    dispatch(backend, rowsProgram, {
      inputs: [strip, ...byRow, values],
      outputs: [y],
      params: [
        height,
        width,
        lines,
        columns,
        rows.start,
        down.taps,
        left,
        top,
        fill[0]! | (fill[1]! << 8) | (fill[2]! << 16),
      ],
      groups: Math.ceil((height * width) / THREADS),
    });
    for (const { dataId } of [words, strip, ...byColumn, ...byRow, values]) backend.disposeData(dataId);
    return y;
  },
};

function weightTensors(backend: TfjsWebgpu, { first, count, weights }: PreprocessAttrs["across"]): TensorInfo[] {
  return [first, count, weights].map((values) => backend.makeTensorInfo([values.length], "int32", values));
}

/** Sums in 32 bits as Pillow's: the weights leave room for 255 of them, and for what their lobes overshoot. */
const fixedPointWgsl = `fn bytes_of(word: u32) -> vec3<i32> {
  return vec3<i32>(vec3<u32>(word, word >> 8u, word >> 16u) & vec3<u32>(255u));
}
fn rounded(sum: vec3<i32>) -> vec3<u32> {
  return vec3<u32>(clamp((sum + vec3<i32>(1 << 21u)) >> vec3<u32>(22u), vec3<i32>(0), vec3<i32>(255)));
}`;

const columnsProgram: Program = {
  key: "preprocess-columns",
  inputs: { pixels: "u32", first: "u32", count: "u32", weights: "i32" },
  outputs: { strip: "u32" },
  params: { rows: "u32", columns: "u32", stride: "u32", row0: "u32", taps: "u32" },
  threads: THREADS,
  body: () => `${fixedPointWgsl}
fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i >= params.rows * params.columns) { return; }
  let column = i % params.columns;
  let start = (params.row0 + i / params.columns) * params.stride + first[column];
  var sum = vec3<i32>();
  for (var tap = 0u; tap < count[column]; tap++) {
    sum += bytes_of(pixels[start + tap]) * weights[column * params.taps + tap];
  }
  let value = rounded(sum);
  strip[i] = value.x | (value.y << 8u) | (value.z << 16u);
}`,
};

const rowsProgram: Program = {
  key: "preprocess-rows",
  inputs: { strip: "u32", first: "u32", count: "u32", weights: "i32", values: "f32" },
  outputs: { y: "f32" },
  params: {
    height: "u32",
    width: "u32",
    /** Of what is computed, inside the result. */
    lines: "u32",
    columns: "u32",
    row0: "u32",
    taps: "u32",
    left: "u32",
    top: "u32",
    fill: "u32",
  },
  threads: THREADS,
  body: () => `${fixedPointWgsl}
fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i >= params.height * params.width) { return; }
  // What lies before the first wraps to a number past the last.
  let line = i / params.width - params.top;
  let column = i % params.width - params.left;
  var value = vec3<u32>(bytes_of(params.fill));
  if (line < params.lines && column < params.columns) {
    let start = first[line] - params.row0;
    var sum = vec3<i32>();
    for (var tap = 0u; tap < count[line]; tap++) {
      sum += bytes_of(strip[(start + tap) * params.columns + column]) * weights[line * params.taps + tap];
    }
    value = rounded(sum);
  }
  for (var c = 0u; c < 3u; c++) { y[i * 3u + c] = values[c * 256u + value[c]]; }
}`,
};
