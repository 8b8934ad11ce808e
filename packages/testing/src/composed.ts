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
  const giveBack = takeKernels();
  try {
    return fn();
  } finally {
    giveBack();
  }
}

/** `composed` for work that waits. Nothing else may run on the backend meanwhile. */
export async function composedUntil<T>(work: () => Promise<T>): Promise<T> {
  const giveBack = takeKernels();
  try {
    return await work();
  } finally {
    giveBack();
  }
}

/** Takes our kernels from the current backend; gives what puts them back. */
function takeKernels(): () => void {
  const ours = getKernelsForBackend(getBackend()).filter(({ kernelName }) => kernelName.startsWith("Tessera"));
  for (const { kernelName, backendName } of ours) unregisterKernel(kernelName, backendName);
  return () => {
    for (const kernel of ours) registerKernel(kernel satisfies KernelConfig);
  };
}
