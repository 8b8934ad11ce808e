import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import { derivedBuffer } from "./derived-buffers.ts";
import { type HalfMode, type Program, dispatch } from "./program.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const modes = new WeakMap<GPUDevice, HalfMode>();

/** Sets whether kernels of a device store weights and tiles as f16. Sums are float32 either way. */
export function setHalf(device: GPUDevice, mode: HalfMode): void {
  modes.set(device, mode);
}

export function halfOf(device: GPUDevice): HalfMode {
  return modes.get(device) ?? "off";
}

/** A tensor's values as pairs of f16, made once and kept as long as the tensor. Core WGSL, so it needs no feature. */
export function packedHalves(backend: TfjsWebgpu, tensor: TensorInfo): GPUBuffer {
  return derivedBuffer(backend, "halves", [tensor], () => {
    const size = util.sizeFromShape(tensor.shape);
    const buffer = backend.bufferManager.acquireBuffer(2 * size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
    dispatch(backend, packProgram, {
      inputs: [tensor],
      outputs: [buffer],
      params: [size / 4],
      groups: Math.ceil(size / 4 / packProgram.threads),
    });
    return buffer;
  });
}

const packProgram: Program = {
  key: "pack",
  inputs: { x: "vec4<f32>" },
  outputs: { y: "vec2<u32>" },
  params: { count: "u32" },
  threads: 64,
  body: () => `${halvesWgsl}
fn run(group: u32, lane: u32) {
  let i = group * 64u + lane;
  if (i >= params.count) { return; }
  y[i] = halves(x[i]);
}`,
};

/** `fn halves(value)`: four numbers in two words, the largest that there are where they are larger, and NaNs as such. */
export const halvesWgsl = `fn halves(value: vec4<f32>) -> vec2<u32> {
  let bounded = select(value, sign(value) * 65504.0, abs(value) > vec4<f32>(65504.0));
  return vec2<u32>(pack2x16float(bounded.xy), pack2x16float(bounded.zw));
}`;
