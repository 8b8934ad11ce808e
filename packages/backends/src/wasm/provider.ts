import { engine } from "@tensorflow/tfjs-core";
import { withoutNewListeners } from "#process-listeners";
import { startWasm, threadsFor } from "#wasm-start";
import { type BackendProvider, type BackendSettings, available, unavailable } from "../backend.ts";
import { registerWasmKernels } from "./kernels.ts";

const notIsolated =
  "the page is not cross-origin isolated, so there is one thread; have the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** tfjs-backend-wasm: SIMD in WebAssembly; threads in Node, and in pages that are cross-origin isolated. */
export const wasm: BackendProvider = {
  name: "wasm",
  tfjsName: "wasm",
  async probe(settings = {}) {
    if (typeof WebAssembly === "undefined") return unavailable("wasm", "this runtime has no WebAssembly");
    try {
      await import("@tensorflow/tfjs-backend-wasm");
      const threads = threadsFor(settings);
      const report = available("wasm", `WebAssembly SIMD, ${threads} thread${threads === 1 ? "" : "s"}`);
      const isPage = "crossOriginIsolated" in globalThis; // in Node it is not there
      return isPage && !globalThis.crossOriginIsolated ? { ...report, hint: notIsolated } : report;
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

/** Settings are for the start; tfjs refuses them afterwards. */
async function start(settings: BackendSettings): Promise<void> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if ("wasm" in engine().registry) return;
  if (settings.wasmPath) setWasmPaths(settings.wasmPath);
  if (await startWasm(settings)) return;
  throw new Error("WebAssembly did not start; in a browser pass wasmPath, the URL of the folder with its .wasm files");
}
