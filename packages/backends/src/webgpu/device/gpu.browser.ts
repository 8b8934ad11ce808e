/** The way to GPUs, or why there is none. */
export async function findGpu(): Promise<GPU> {
  const { gpu } = navigator as { gpu?: GPU };
  if (gpu) return gpu;
  if (!globalThis.isSecureContext) {
    throw new Error("WebGPU needs a secure context; serve the page from https: or from localhost");
  }
  throw new Error(
    "this browser has no WebGPU; use a recent Chrome, Edge, Safari or Firefox, or allow it in the browser's settings",
  );
}

/** Cure for an adapter that is not there. */
export const noAdapter =
  "the browser offers no adapter; update the GPU's driver, or see chrome://gpu whether it is on the blocklist";

/** tfjs asks for `navigator.gpu` when its backend is made; here it is there already. */
export async function withGpu<T>(_: GPU, work: () => Promise<T>): Promise<T> {
  return work();
}
