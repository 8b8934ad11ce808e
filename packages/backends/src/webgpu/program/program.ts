import { type DataType, type TensorInfo, env, util } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { bindGroupOf, uniformOf } from "./bindings.ts";
import { type Shader, collect, isCollecting, pipelineOf } from "./pipelines.ts";
import type { Subgroup } from "./subgroups.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

/** A compute shader: what it reads, what it writes, and its text. */
export interface Program {
  /** Names everything that the text was made from, so that equal keys mean equal texts. */
  readonly key: string;
  /** WGSL element types by name, as `var<storage, read>` arrays. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The same of the arrays that are written. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Numbers that change from call to call: fields of the uniform `params`. */
  readonly params: Readonly<Record<string, "u32" | "f32">>;
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Whether workgroup memory holds f16; `emulated` stores what it would, in f32. */
  readonly half?: HalfMode;
  /** How neighbours reduce, where their subgroup does it; without, the text asks for no subgroups. */
  readonly subgroup?: Subgroup | undefined;
  /** Declarations, and `fn run(group: u32, lane: u32)`, which one workgroup calls with its number. Made only to be compiled. */
  body(): string;
}

/** How f16 is had: not at all, by the adapter's shader-f16, or emulated with f32 where tests have no such adapter. */
export type HalfMode = "off" | "native" | "emulated";

/** One run of a program. */
export interface Dispatch {
  inputs: readonly (TensorInfo | GPUBuffer)[];
  outputs: readonly (TensorInfo | GPUBuffer)[];
  params: readonly number[];
  /** Number of workgroups. */
  groups: number;
}

/** Its WGSL, whole. `enable` must stand before everything else, which is why programs of tfjs cannot have any. */
export function sourceOf(program: Program): string {
  const { inputs, outputs, params, threads, half = "off", subgroup } = program;
  const bindings = [
    ...Object.entries(inputs).map(([name, type]) => `var<storage, read> ${name}: array<${type}>;`),
    ...Object.entries(outputs).map(([name, type]) => `var<storage, read_write> ${name}: array<${type}>;`),
  ].map((text, i) => `@group(0) @binding(${i + 1}) ${text}`);
  return `${half === "native" ? "enable f16;\n" : ""}${subgroup ? "enable subgroups;\n" : ""}alias half = ${half === "native" ? "f16" : "f32"};
alias half4 = vec4<half>;
struct Params { ${Object.entries(params)
    .map(([name, type]) => `${name}: ${type},`)
    .join(" ")} }
@group(0) @binding(0) var<uniform> params: Params;
${bindings.join("\n")}
${program.body()}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  run(id.y * count.x + id.x, lane);
}
`;
}

function shaderOf(program: Program): Shader {
  const bindings: GPUBufferBindingType[] = [
    "uniform",
    ...Object.keys(program.inputs).map(() => "read-only-storage" as const),
    ...Object.keys(program.outputs).map(() => "storage" as const),
  ];
  return { key: `${program.key}/${program.half ?? "off"}`, bindings, code: () => sourceOf(program) };
}

/** Records a run of a program in tfjs's own command stream, so that it keeps its place among tfjs's programs. */
export function dispatch(backend: TfjsWebgpu, program: Program, { inputs, outputs, params, groups }: Dispatch): void {
  const { device } = backend;
  const types = Object.values(program.inputs);
  const floats = inputs.map((value, i) =>
    types[i]!.endsWith("f32") || types[i]!.endsWith("f32>") ? asFloats(backend, value) : value,
  );
  const buffers = [...floats, ...outputs].map((value) => bufferOf(backend, value));
  if (isCollecting()) collect(device, shaderOf(program));
  else {
    const { pipeline, layout } = pipelineOf(device, shaderOf(program));
    const uniform = uniformOf(device, Object.values(program.params), params);
    encode(backend, pipeline, bindGroupOf(device, layout, [uniform, ...buffers]), groups);
  }
  for (const [i, value] of floats.entries()) if (value !== inputs[i]) backend.disposeData((value as TensorInfo).dataId);
}

function encode(backend: TfjsWebgpu, pipeline: GPUComputePipeline, bindGroup: GPUBindGroup, groups: number): void {
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  const pass = backend.computePassEncoder;
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  const [x, y] = spread(groups, backend.device.limits.maxComputeWorkgroupsPerDimension);
  pass.dispatchWorkgroups(x, y);
  backend.dispatchCountInPass++;
  if (backend.dispatchCountInPass >= env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}

const toFloats: Program = {
  key: "to-floats",
  inputs: { x: "i32" },
  outputs: { y: "f32" },
  params: { count: "u32" },
  threads: 64,
  body: () => `fn run(group: u32, lane: u32) {
  let i = group * 64u + lane;
  if (i < params.count) { y[i] = f32(x[i]); }
}`,
};

/** tfjs casts integers to floats in name only: what decides is the type that the data was made with. */
function asFloats(backend: TfjsWebgpu, value: TensorInfo | GPUBuffer): TensorInfo | GPUBuffer {
  if (!("dataId" in value) || backend.tensorMap.get(value.dataId)?.dtype === "float32") return value;
  const count = util.sizeFromShape(value.shape);
  const converted = emptyTensor(backend, value.shape);
  dispatch(backend, toFloats, {
    inputs: [value],
    outputs: [converted],
    params: [count],
    groups: Math.ceil(count / 64),
  });
  return converted;
}

/** A tensor that nothing was written to yet. */
export function emptyTensor(backend: TfjsWebgpu, shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
  return backend.makeTensorInfo([...shape], dtype);
}

/** Workgroups along x and y; there may be more than asked for, so `run` returns where its number is too large. */
export function spread(groups: number, limit: number): [x: number, y: number] {
  if (groups <= limit) return [groups, 1];
  const y = Math.ceil(groups / limit);
  if (y > limit) throw new TesseraError(`webgpu: expected at most ${limit ** 2} workgroups, got ${groups}`);
  return [Math.ceil(groups / y), y];
}

/** Where a tensor lies on the GPU; it is brought there if need be. */
export function bufferOf(backend: TfjsWebgpu, value: TensorInfo | GPUBuffer): GPUBuffer {
  if (!("dataId" in value)) return value;
  backend.uploadToGPU(value.dataId);
  backend.commandQueueOwnedIds.add(value.dataId);
  const buffer = backend.tensorMap.get(value.dataId)?.resource;
  if (!buffer) throw new TesseraError(`webgpu: expected a tensor [${value.shape.join(", ")}] on the GPU, got none`);
  const limit = backend.device.limits.maxStorageBufferBindingSize;
  if (buffer.size > limit) {
    throw new TesseraError(
      `webgpu: expected tensors of at most ${limit} bytes on this GPU, got [${value.shape.join(", ")}] of ${buffer.size}; use a smaller batch`,
    );
  }
  return buffer;
}
