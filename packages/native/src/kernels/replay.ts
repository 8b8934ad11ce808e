import type { KernelConfig, Tensor } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";

export const REPLAY = "TesseraReplay";

/**
 * A whole forward. After two of the same shape only its calls of the addon are made again, without tfjs. No kernel of a
 * forward that is recorded: what it runs is.
 */
export const replay: KernelConfig["kernelFunc"] = ({ inputs, backend, attrs }) => {
  const { forward, version } = attrs as unknown as { forward: (x: Tensor) => Tensor; version: number };
  return (backend as NativeBackend).recordings.run(forward, version, inputs["x"] as Tensor);
};
