/** A program, compiled. */
export interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

/** What it is compiled from. */
interface Shader {
  /** What is bound, in order. */
  bindings: readonly GPUBufferBindingType[];
  /** WGSL with an entry point `main`; made only to be compiled. */
  code(): string;
}

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/** The pipeline of a key, compiled when it is first asked for. Equal keys mean equal shaders. */
export function pipelineOf(device: GPUDevice, key: string, shader: Shader): Pipeline {
  const cache = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, cache);
  const known = cache.get(key);
  if (known) return known;
  const { layout, descriptor } = describe(device, key, shader);
  const made = { pipeline: device.createComputePipeline(descriptor), layout };
  cache.set(key, made);
  return made;
}

function describe(
  device: GPUDevice,
  key: string,
  { bindings, code }: Shader,
): { layout: GPUBindGroupLayout; descriptor: GPUComputePipelineDescriptor } {
  // Named in full: a layout derived from the text would leave out what a variant does not use.
  const layout = device.createBindGroupLayout({
    entries: bindings.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
  const module = device.createShaderModule({ code: code(), label: key });
  const descriptor = {
    label: key,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" },
  };
  return { layout, descriptor };
}
