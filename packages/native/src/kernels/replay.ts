import type { Tensor } from "@tensorflow/tfjs-core";
import type { OpKernel, replayOp } from "@tessera/core";
import type { NativeBackend } from "../backend.ts";

/**
 * A whole forward. After two runs of the same shape only its calls of the addon are made again, without tfjs. The tracer does
 * not see it as a kernel, but the kernels within it.
 */
export const replay: OpKernel<typeof replayOp, NativeBackend> = {
  run: (backend, { x }, { forward, version }) => backend.recordings.run(forward, version, x as Tensor),
};
