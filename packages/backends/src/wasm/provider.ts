import { engine, setBackend } from "@tensorflow/tfjs-core";
import { withoutNewListeners } from "#process-listeners";
import { type BackendProvider, type BackendSettings, available, unavailable } from "../backend.ts";
import { registerWasmKernels } from "./kernels.ts";

/**
 * tfjs-backend-wasm: SIMD in WebAssembly, one thread. Its threaded build starts workers in a cross-origin isolated page, but
 * version 4.22 was seen to compute on one of them (`getThreadsCount()` stays 1), so no more is claimed.
 */
export const wasm: BackendProvider = {
  name: "wasm",
  tfjsName: "wasm",
  async probe() {
    if (typeof WebAssembly === "undefined") return unavailable("wasm", "this runtime has no WebAssembly");
    try {
      await import("@tensorflow/tfjs-backend-wasm");
      return available("wasm", "WebAssembly SIMD, 1 thread");
    } catch (error) {
      return unavailable(
        "wasm",
        `@tensorflow/tfjs-backend-wasm does not load (${(error as Error).message}); npm install @tensorflow/tfjs-backend-wasm`,
      );
    }
  },
  async register(settings) {
    await withoutNewListeners(() => start(settings));
    registerWasmKernels();
  },
};

/** Both settings are for the start; tfjs refuses them afterwards. */
async function start({ threads, wasmPath }: BackendSettings): Promise<void> {
  const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if ("wasm" in engine().registry) return;
  if (wasmPath) setWasmPaths(wasmPath);
  if (threads) setThreadsCount(threads);
  if (await setBackend("wasm")) return;
  throw new Error("WebAssembly did not start; in a browser pass wasmPath, the URL of the folder with its .wasm files");
}
