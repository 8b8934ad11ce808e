import { getKernelsForBackend, unregisterKernel } from "@tensorflow/tfjs-core";

function registered(): string[] {
  return getKernelsForBackend("wasm")
    .map(({ kernelName }) => kernelName)
    .filter((name) => name.startsWith("Tessera"));
}

/** Leaves ops to core's composed definitions again. */
export function unregisterWasmKernels(): void {
  for (const name of registered()) unregisterKernel(name, "wasm");
}
