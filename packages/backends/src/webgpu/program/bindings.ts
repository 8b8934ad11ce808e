import { numberOf } from "@tessera/core";

/** More than a model needs at a time. Those beyond are dropped, the oldest first. */
const KEPT = 1024;

const bindGroups = new WeakMap<GPUDevice, Map<string, GPUBindGroup>>();

/** The same buffers in the same places are the same group: a repeated forward finds all of its groups made. */
export function bindGroupOf(
  device: GPUDevice,
  layout: GPUBindGroupLayout,
  buffers: readonly GPUBuffer[],
): GPUBindGroup {
  const cache = bindGroups.get(device) ?? new Map<string, GPUBindGroup>();
  bindGroups.set(device, cache);
  const key = [layout, ...buffers].map(numberOf).join();
  const known = cache.get(key);
  if (known) return known;
  const made = device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  if (cache.size >= KEPT) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

const uniforms = new WeakMap<GPUDevice, Map<string, GPUBuffer>>();

/** The same numbers of the same types are the same buffer, so a repeated forward writes none. */
export function uniformOf(device: GPUDevice, types: readonly ("u32" | "f32")[], values: readonly number[]): GPUBuffer {
  const cache = uniforms.get(device) ?? new Map<string, GPUBuffer>();
  uniforms.set(device, cache);
  const key = values.map((value, i) => types[i]![0]! + value).join();
  const known = cache.get(key);
  if (known) return known;
  const bytes = new ArrayBuffer(Math.max(16, Math.ceil(values.length / 4) * 16));
  const view = new DataView(bytes);
  for (const [i, value] of values.entries()) {
    if (types[i] === "f32") view.setFloat32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  }
  const buffer = device.createBuffer({
    size: bytes.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, bytes);
  // Not destroyed: a command that is not submitted yet may still need it.
  if (cache.size >= KEPT) cache.delete(cache.keys().next().value!);
  cache.set(key, buffer);
  return buffer;
}
