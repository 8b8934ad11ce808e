import { getKernelsForBackend, unregisterKernel } from "@tensorflow/tfjs-core";
import { registerWasmKernels } from "../kernels.ts";

function registered(): string[] {
  return getKernelsForBackend("wasm")
    .map(({ kernelName }) => kernelName)
    .filter((name) => name.startsWith("Tessera"));
}

/** Leaves ops to core's composed definitions again. */
export function unregisterWasmKernels(): void {
  for (const name of registered()) unregisterKernel(name, "wasm");
}

/** `work` with core's composed definitions, then with the kernels; both results. */
export function bothWays<T>(work: () => T): { composed: T; fast: T } {
  unregisterWasmKernels();
  const composed = work();
  registerWasmKernels();
  const fast = work();
  unregisterWasmKernels();
  return { composed, fast };
}
