import { util } from "@tensorflow/tfjs-core";
import { type Activation, convolutionGrid, type depthwiseConvolutionOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Dispatch, type Program, dispatch, emptyTensor } from "../program/program.ts";
import { activateWgsl } from "../wgsl/activation.ts";

const THREADS = 64;

type Pair = readonly [number, number];
type Shape4 = readonly [number, number, number, number];

/** What a window's sum looks at: programs differ in it. */
interface DepthwiseVariant {
  /** Four channels a thread, where they come in fours. */
  type: "f32" | "vec4<f32>";
  bias: boolean;
  activation: Activation;
  /** With the last tap first: the gradient of the image. */
  flipped: boolean;
}

/** act(x ⋆ W + b), a channel by itself: one dispatch, each thread sums up a window for one channel or four. */
export const depthwiseConvolution: Kernel<typeof depthwiseConvolutionOp> = {
  run(backend, { x, weight, bias }, { padding, activation }) {
    const [, , ...size] = weight.shape;
    const grid = convolutionGrid([x.shape[1], x.shape[2]], size, { padding });
    const y = emptyTensor(backend, [x.shape[0], ...grid, x.shape[3]]);
    const variant = { type: elementFor(x.shape), bias: !!bias, activation, flipped: false };
    const inputs = bias ? [x, weight, bias] : [x, weight];
    dispatch(backend, depthwiseProgram(variant), { inputs, outputs: [y], ...extent(x.shape, grid, size, padding) });
    return y;
  },
};

export function elementFor([, , , channels]: Shape4): DepthwiseVariant["type"] {
  return channels % 4 === 0 ? "vec4<f32>" : "f32";
}

/** The numbers of a run: windows of `size` on an image, `grid` of them. */
export function extent(
  image: Shape4,
  grid: readonly number[],
  size: Pair,
  padding: Pair,
): Pick<Dispatch, "params" | "groups"> {
  const [batch, height, width, channels] = image;
  const across = elementFor(image) === "f32" ? channels : channels / 4;
  const count = util.sizeFromShape([batch, ...grid, across]);
  const params = [count, height, width, across, ...grid, ...size, ...padding];
  return { params, groups: Math.ceil(count / THREADS) };
}

export function depthwiseProgram({ type, bias, activation, flipped }: DepthwiseVariant): Program {
  const lanes = type === "f32" ? [0] : [0, 1, 2, 3];
  const place = flipped ? "params.window_height * params.window_width - 1u - at" : "at";
  return {
    key: ["depthwise", type, bias, activation, flipped].join(),
    inputs: { x: type, weight: "f32", ...(bias && { bias: type }) },
    outputs: { y: type },
    params: {
      count: "u32",
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
    body: () => `${activateWgsl(activation, type)}
// A weight is [channels][taps].
fn tap(channel: u32, at: u32) -> ${type} {
  let area = params.window_height * params.window_width;
  let first = channel * ${lanes.length}u * area + ${place};
  return ${type}(${lanes.map((i) => `weight[first + ${i}u * area]`).join(", ")});
}
fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i >= params.count) { return; }
  let channel = i % params.channels;
  let left = i / params.channels % params.grid_width;
  let top = i / (params.channels * params.grid_width) % params.grid_height;
  let sample = i / (params.channels * params.grid_width * params.grid_height);
  var sum = ${bias ? "bias[channel]" : `${type}()`};
  for (var dy = 0u; dy < params.window_height; dy++) {
    // Before the image wraps to a number past it.
    let y0 = top + dy - params.padding_height;
    if (y0 >= params.height) { continue; }
    for (var dx = 0u; dx < params.window_width; dx++) {
      let x0 = left + dx - params.padding_width;
      if (x0 >= params.width) { continue; }
      let at = ((sample * params.height + y0) * params.width + x0) * params.channels + channel;
      sum += x[at] * tap(channel, dy * params.window_width + dx);
    }
  }
  y[i] = activate(sum);
}`,
  };
}
