import type { KernelConfig, Tensor } from "@tensorflow/tfjs-core";
import type { Forward } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";

export const REPLAY = "TesseraReplay";

/**
 * A whole forward. After two runs of the same shape only its calls of the addon are made again, without tfjs. The tracer does
 * not see it as a kernel, but the kernels within it.
 */
export const replay: KernelConfig["kernelFunc"] = ({ inputs, backend, attrs }) => {
  const { forward, version } = attrs as unknown as { forward: Forward; version: number };
  return (backend as NativeBackend).recordings.run(forward, version, inputs["x"] as Tensor);
};
