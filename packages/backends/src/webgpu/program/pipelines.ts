/** A compiled program. */
export interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

/** What a pipeline is compiled from. */
export interface Shader {
  /** Equal keys mean equal shaders. */
  key: string;
  /** Types of the buffers that are bound, in the order of their bindings. */
  bindings: readonly GPUBufferBindingType[];
  /** WGSL with an entry point `main`; made only to be compiled. */
  code(): string;
}

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/** A shader's pipeline, compiled when it is first asked for. */
export function pipelineOf(device: GPUDevice, shader: Shader): Pipeline {
  const cache = cacheOf(device);
  const known = cache.get(shader.key);
  if (known) return known;
  const { layout, descriptor } = describe(device, shader);
  const made = { pipeline: device.createComputePipeline(descriptor), layout };
  cache.set(shader.key, made);
  return made;
}

/** Pipelines that are being compiled, by their keys, while somebody collects. */
let collected: Map<string, Promise<void>> | undefined;

/** Whether programs are only to be compiled, not to be run. */
export function isCollecting(): boolean {
  return collected !== undefined;
}

/**
 * Compiles what `run` asks for and does not have yet, all at once and beside everything else. Nothing that it computes on
 * the GPU is computed.
 */
export function collectPipelines(run: () => void): Promise<void>[] {
  collected = new Map();
  try {
    run();
    return [...collected.values()];
  } finally {
    collected = undefined;
  }
}

/** Notes that a pipeline is needed, while somebody collects. */
export function collect(device: GPUDevice, shader: Shader): void {
  if (!collected || collected.has(shader.key) || cacheOf(device).has(shader.key)) return;
  collected.set(shader.key, compile(device, shader));
}

async function compile(device: GPUDevice, shader: Shader): Promise<void> {
  const { layout, descriptor } = describe(device, shader);
  const pipeline = await device.createComputePipelineAsync(descriptor);
  const cache = cacheOf(device);
  // A forward that could not wait may have compiled the same shader meanwhile.
  if (!cache.has(shader.key)) cache.set(shader.key, { pipeline, layout });
}

function cacheOf(device: GPUDevice): Map<string, Pipeline> {
  const cache = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, cache);
  return cache;
}

function describe(
  device: GPUDevice,
  { key, bindings, code }: Shader,
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
