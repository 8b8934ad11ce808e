import { engine } from "@tensorflow/tfjs-core";
import { withoutNewListeners } from "#process-listeners";
import { startWasm, threadsFor } from "#wasm-start";
import { type BackendProvider, type BackendOptions, available, failed, unavailable } from "../backend.ts";
import { loadCode } from "../load-code.ts";
import { mendEmptyTensors } from "./empty-tensors.ts";
import { registerWasmKernels } from "./kernels.ts";

const notIsolated =
  "the page is not cross-origin isolated, so there is one thread; have the server send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

const load = () => loadCode(() => import("@tensorflow/tfjs-backend-wasm"), "@tensorflow/tfjs-backend-wasm");

/** tfjs-backend-wasm: SIMD in WebAssembly; threads in Node, and in pages that are cross-origin isolated. */
export const wasm: BackendProvider = {
  name: "wasm",
  tfjsName: "wasm",
  async probe(options = {}) {
    if (typeof WebAssembly === "undefined") return unavailable("wasm", "this runtime has no WebAssembly");
    try {
      await load();
      const threads = threadsFor(options);
      const report = available("wasm", `WebAssembly SIMD, ${threads} thread${threads === 1 ? "" : "s"}`);
      const isPage = "crossOriginIsolated" in globalThis; // in Node it is not there
      return isPage && !globalThis.crossOriginIsolated ? { ...report, hint: notIsolated } : report;
    } catch (error) {
      return failed("wasm", error);
    }
  },
  async register(options) {
    await withoutNewListeners(() => start(options));
    mendEmptyTensors();
    registerWasmKernels();
  },
};

/** Settings are for the start; tfjs refuses them afterwards. */
async function start(options: BackendOptions): Promise<void> {
  await load();
  if ("wasm" in engine().registry) return;
  if (await startWasm(options)) return;
  throw new Error("WebAssembly did not start; in a browser pass wasmPath, the URL of the folder with its .wasm files");
}
