import type { TensorInfo } from "@tensorflow/tfjs-core";
import { isCollecting } from "./pipelines.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

interface Derived {
  kind: string;
  /** The data of the tensors that it was made from. */
  sources: readonly object[];
  buffer: GPUBuffer;
}

/** Each buffer stands under every one of its sources. */
const derived = new WeakMap<object, Set<Derived>>();
const watched = new WeakSet<TfjsWebgpu>();

/** What `make` made from the values of some tensors: once, and kept until the first of them goes. */
export function derivedBuffer(
  backend: TfjsWebgpu,
  kind: string,
  tensors: readonly TensorInfo[],
  make: () => GPUBuffer,
): GPUBuffer {
  freeWithTensors(backend);
  const sources = tensors.map(({ dataId }) => dataId);
  for (const known of derived.get(sources[0]!) ?? []) {
    if (known.kind === kind && known.sources.every((source, i) => source === sources[i])) return known.buffer;
  }
  const made: Derived = { kind, sources, buffer: make() };
  // What is only collected to be compiled has not been computed.
  if (isCollecting()) {
    free(backend, made);
    return made.buffer;
  }
  for (const source of sources) derived.set(source, (derived.get(source) ?? new Set()).add(made));
  return made.buffer;
}

function freeWithTensors(backend: TfjsWebgpu): void {
  if (watched.has(backend)) return;
  watched.add(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const gone = dispose(dataId, force);
    if (gone) for (const made of derived.get(dataId) ?? []) free(backend, made);
    return gone;
  };
}

function free(backend: TfjsWebgpu, made: Derived): void {
  for (const source of made.sources) derived.get(source)?.delete(made);
  // Commands that are recorded but not submitted may still read it; tfjs frees these buffers after the next submit.
  backend.uniformPendingDisposal.push(made.buffer);
}
