import {
  type KernelConfig,
  type Tensor,
  getBackend,
  getKernelsForBackend,
  registerKernel,
  unregisterKernel,
} from "@tensorflow/tfjs-core";

/** Runs `fn` as if the backend had no kernels of ours, so that ops take their composed definition: what kernels are held to. */
export function composed<T extends Tensor | Tensor[]>(fn: () => T): T {
  const ours = getKernelsForBackend(getBackend()).filter(({ kernelName }) => kernelName.startsWith("Tessera"));
  for (const { kernelName, backendName } of ours) unregisterKernel(kernelName, backendName);
  try {
    return fn();
  } finally {
    for (const kernel of ours) registerKernel(kernel satisfies KernelConfig);
  }
}
