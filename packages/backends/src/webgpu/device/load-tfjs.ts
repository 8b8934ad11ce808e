import { loadCode } from "../../load-code.ts";

/** tfjs's WebGPU backend, an optional peer. */
export function loadTfjs(): Promise<typeof import("@tensorflow/tfjs-backend-webgpu")> {
  return loadCode(() => import("@tensorflow/tfjs-backend-webgpu"), "@tensorflow/tfjs-backend-webgpu");
}
