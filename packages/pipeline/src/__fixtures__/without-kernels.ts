import { getKernelsForBackend, unregisterKernel } from "@tensorflow/tfjs-core";

/** Takes back the kernels that `useBackend` registers, which other test files of the same process do not expect. */
export function unregisterKernels(backend: string): void {
  for (const { kernelName } of getKernelsForBackend(backend)) {
    if (kernelName.startsWith("Tessera")) unregisterKernel(kernelName, backend);
  }
}
