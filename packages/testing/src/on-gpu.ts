import { getBackend } from "@tensorflow/tfjs-core";

/** Whether the current backend is a GPU: in software, as tests mostly have it, it compiles for every shape and takes long for all. */
export function onGpu(): boolean {
  return ["webgl", "webgpu"].includes(getBackend());
}
