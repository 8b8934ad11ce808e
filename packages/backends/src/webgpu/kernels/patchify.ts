import { util } from "@tensorflow/tfjs-core";
import { patchGrid, type patchifyOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";

const THREADS = 64;

/** Cuts images into patches, channel, row, column: one dispatch, each thread fetches one number. */
export const patchify: Kernel<typeof patchifyOp> = {
  run(backend, { image }, { patchSize, stride, padding }) {
    const [b, h, w, c] = image.shape;
    const grid = patchGrid([h, w], { patchSize, stride, padding });
    const y = emptyTensor(backend, [b, grid[0] * grid[1], c * patchSize[0] * patchSize[1]]);
    const count = util.sizeFromShape(y.shape);
    if (count === 0) return y;
    dispatch(backend, program, {
      inputs: [image],
      outputs: [y],
      params: [count, h, w, c, ...grid, ...patchSize, ...stride, ...padding],
      groups: Math.ceil(count / THREADS),
    });
    return y;
  },
};

const program: Program = {
  key: "patchify",
  inputs: { image: "f32" },
  outputs: { y: "f32" },
  params: {
    count: "u32",
    height: "u32",
    width: "u32",
    channels: "u32",
    grid_height: "u32",
    grid_width: "u32",
    patch_height: "u32",
    patch_width: "u32",
    stride_height: "u32",
    stride_width: "u32",
    padding_height: "u32",
    padding_width: "u32",
  },
  threads: THREADS,
  body: () => `fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i >= params.count) { return; }
  let column = i % params.patch_width;
  let row = i / params.patch_width % params.patch_height;
  let channel = i / (params.patch_width * params.patch_height) % params.channels;
  let patch_index = i / (params.patch_width * params.patch_height * params.channels);
  let grid_x = patch_index % params.grid_width;
  let grid_y = patch_index / params.grid_width % params.grid_height;
  let sample = patch_index / (params.grid_width * params.grid_height);
  // In the padded image; what lies before the padding's end wraps to a number past the image.
  let y0 = grid_y * params.stride_height + row - params.padding_height;
  let x0 = grid_x * params.stride_width + column - params.padding_width;
  var value = 0.0;
  if (y0 < params.height && x0 < params.width) {
    value = image[((sample * params.height + y0) * params.width + x0) * params.channels + channel];
  }
  y[i] = value;
}`,
};
