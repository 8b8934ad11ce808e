import type { Tensor } from "@tensorflow/tfjs-core";
import type { replayOp } from "@tessera/core";
import type { Kernel } from "../kernel.ts";
import { replay as replayForward } from "../replay/replay.ts";

/** A whole forward. After two runs of the same shape only its commands are encoded again, without tfjs. */
export const replay: Kernel<typeof replayOp> = {
  run: (backend, { x }, { forward, version }) => replayForward(backend, forward, version, x as Tensor),
};
