import {
  type KernelConfig,
  type TensorInfo,
  getKernel,
  getKernelsForBackend,
  registerKernel,
} from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import { copyKernels } from "./copies.ts";
import { elementwiseKernels } from "./elementwise.ts";
import type { Attrs, Inputs, NativeKernel } from "./kernel.ts";
import { productKernels } from "./linear.ts";
import { movementKernels } from "./movement.ts";
import { registerOps } from "./register-ops.ts";
import { rowKernels } from "./rows.ts";
import { windowKernels } from "./windows.ts";

const kernels: Record<string, NativeKernel> = {
  ...productKernels,
  ...rowKernels,
  ...elementwiseKernels,
  ...movementKernels,
  ...copyKernels,
  ...windowKernels,
};

/** They only count a reference, so the array stays as it was: ours alone, or not. */
const keepsArrays = new Set(["Identity", "Reshape"]);

/** Every kernel of tfjs-backend-cpu under the name `native`, ours in front where there is one. Once. */
export function registerNativeKernels(): void {
  const fallbacks = new Map(getKernelsForBackend("cpu").map((config) => [config.kernelName, config]));
  for (const kernelName of new Set([...fallbacks.keys(), ...Object.keys(kernels)])) {
    if (getKernel(kernelName, "native")) continue;
    const fallback = fallbacks.get(kernelName);
    const kernelFunc = ours(kernels[kernelName], fallback && borrowed(fallback));
    registerKernel({ ...fallback, kernelName, backendName: "native", kernelFunc });
  }
  registerOps();
}

function ours(
  kernel: NativeKernel | undefined,
  fallback: KernelConfig["kernelFunc"] | undefined,
): KernelConfig["kernelFunc"] {
  return (call) => {
    const [inputs, backend] = [call.inputs as Inputs, call.backend as NativeBackend];
    function run() {
      const result = kernel?.(inputs, backend, call.attrs as Attrs) ?? fallback?.(call);
      if (result) return result;
      throw new TypeError("native: expected float32 tensors");
    }
    return backend.tracer ? backend.tracer.kernel(inputs, run) : run();
  };
}

/**
 * A kernel of tfjs-backend-cpu on our tensors. Some hand out views of their inputs' arrays (a slice, a split), so those
 * arrays must not serve again.
 */
function borrowed({ kernelName, kernelFunc }: KernelConfig): KernelConfig["kernelFunc"] {
  if (keepsArrays.has(kernelName)) return kernelFunc;
  return (call) => {
    for (const input of Object.values(call.inputs) as (TensorInfo | null | undefined)[]) {
      if (input) (call.backend as NativeBackend).share(input);
    }
    return kernelFunc(call);
  };
}
