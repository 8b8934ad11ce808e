import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import { isCollecting } from "./pipelines.ts";
import { type HalfMode, type Program, dispatch } from "./program.ts";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

const modes = new WeakMap<GPUDevice, HalfMode>();

/** Sets whether kernels of a device store weights and tiles as f16. Sums are float32 either way. */
export function setHalf(device: GPUDevice, mode: HalfMode): void {
  modes.set(device, mode);
}

export function halfOf(device: GPUDevice): HalfMode {
  return modes.get(device) ?? "off";
}

interface Packed {
  buffer: GPUBuffer;
  /** Once what is recorded so far has been submitted. */
  free(): void;
}

/** By the data of the tensor that they were made from. */
const packed = new WeakMap<object, Packed>();
const watched = new WeakSet<TfjsWebgpu>();

/** A tensor's values as pairs of f16, made once and kept as long as the tensor. Core WGSL, so it needs no feature. */
export function packedHalves(backend: TfjsWebgpu, tensor: TensorInfo): GPUBuffer {
  freeWithTensors(backend);
  const known = packed.get(tensor.dataId);
  if (known) return known.buffer;
  const size = util.sizeFromShape(tensor.shape);
  const buffer = backend.bufferManager.acquireBuffer(2 * size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  dispatch(backend, packProgram, {
    inputs: [tensor],
    outputs: [buffer],
    params: [size / 4],
    groups: Math.ceil(size / 4 / packProgram.threads),
  });
  const free = () => backend.uniformPendingDisposal.push(buffer);
  // What was only collected has not been computed.
  if (isCollecting()) free();
  else packed.set(tensor.dataId, { buffer, free });
  return buffer;
}

const packProgram: Program = {
  key: "pack",
  inputs: { x: "vec4<f32>" },
  outputs: { y: "vec2<u32>" },
  params: { count: "u32" },
  threads: 64,
  body: () => `fn run(group: u32, lane: u32) {
  let i = group * 64u + lane;
  if (i >= params.count) { return; }
  let value = clamp(x[i], vec4<f32>(-65504.0), vec4<f32>(65504.0));
  y[i] = vec2<u32>(pack2x16float(value.xy), pack2x16float(value.zw));
}`,
};

function freeWithTensors(backend: TfjsWebgpu): void {
  if (watched.has(backend)) return;
  watched.add(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const gone = dispose(dataId, force);
    if (gone) {
      packed.get(dataId)?.free();
      packed.delete(dataId);
    }
    return gone;
  };
}
