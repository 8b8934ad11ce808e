import { util } from "@tensorflow/tfjs-core";
import type { depthwiseConvolutionGradOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";
import { columnSums } from "./column-sums.ts";
import { depthwiseProgram, elementFor, extent } from "./depthwise-convolution.ts";

const THREADS = 64;
/** Windows that one thread adds up for a tap. */
const CHUNK = 64;

/** By x: the convolution of dy with the last tap first. By the weight: sums over chunks of windows, then over the chunks. */
export const depthwiseConvolutionGrad: Kernel<typeof depthwiseConvolutionGradOp> = {
  run(backend, { dy, x, weight }, { padding, wanted }) {
    const [channels, , rows, columns] = weight.shape;
    const windows = util.sizeFromShape(dy.shape) / channels;
    if (wanted === "bias") return columnSums(backend, dy, windows, channels);
    if (wanted === "x") {
      const dx = emptyTensor(backend, x.shape);
      const variant = { type: elementFor(x.shape), bias: false, activation: "none", flipped: true } as const;
      const around = [rows - 1 - padding[0], columns - 1 - padding[1]] as const;
      dispatch(backend, depthwiseProgram(variant), {
        inputs: [dy, weight],
        outputs: [dx],
        ...extent(dy.shape, [x.shape[1], x.shape[2]], [rows, columns], around),
      });
      return dx;
    }
    const [, height, width] = x.shape;
    const [, gridHeight, gridWidth] = dy.shape;
    const [chunks, taps] = [Math.ceil(windows / CHUNK), rows * columns];
    const partial = emptyTensor(backend, [chunks, channels * taps]);
    dispatch(backend, weightProgram, {
      inputs: [dy, x],
      outputs: [partial],
      params: [windows, height, width, channels, gridHeight, gridWidth, rows, columns, ...padding],
      groups: Math.ceil((chunks * channels * taps) / THREADS),
    });
    const sums = columnSums(backend, partial, chunks, channels * taps);
    backend.disposeData(partial.dataId);
    return { ...sums, shape: [...weight.shape] };
  },
};

const weightProgram: Program = {
  key: "depthwise-grad-weight",
  inputs: { dy: "f32", x: "f32" },
  outputs: { parts: "f32" },
  params: {
    windows: "u32",
    height: "u32",
    width: "u32",
    channels: "u32",
    grid_height: "u32",
    grid_width: "u32",
    window_height: "u32",
    window_width: "u32",
    padding_height: "u32",
    padding_width: "u32",
  },
  threads: THREADS,
  body: () => `fn run(group: u32, lane: u32) {
  // Neighbours have neighbouring channels, so that they read side by side.
  let i = group * ${THREADS}u + lane;
  let area = params.window_height * params.window_width;
  let channel = i % params.channels;
  let tap = i / params.channels % area;
  let first = i / (params.channels * area) * ${CHUNK}u;
  if (first >= params.windows) { return; }
  var sum = 0.0;
  for (var at = first; at < min(first + ${CHUNK}u, params.windows); at++) {
    let y0 = at / params.grid_width % params.grid_height + tap / params.window_width - params.padding_height;
    let x0 = at % params.grid_width + tap % params.window_width - params.padding_width;
    let sample = at / (params.grid_width * params.grid_height);
    if (y0 < params.height && x0 < params.width) {
      sum += dy[at * params.channels + channel] * x[((sample * params.height + y0) * params.width + x0) * params.channels + channel];
    }
  }
  parts[i / (params.channels * area) * params.channels * area + channel * area + tap] = sum;
}`,
};
