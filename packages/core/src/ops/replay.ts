import type { Tensor } from "@tensorflow/tfjs-core";
import type { Forward } from "../replay/recorder.ts";
import type { Op } from "./op.ts";

/** A whole forward, on backends that replay it faster than they run it. `version` counts what the model was made of. */
export const replayOp: Op<{ x: Tensor }, { forward: Forward; version: number }, Tensor> = {
  name: "TesseraReplay",
  inputs: { x: "required" },
  gradients: [],
};
