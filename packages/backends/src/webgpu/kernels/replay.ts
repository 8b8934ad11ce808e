import type { Tensor } from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { recordingsOf } from "../replay/recordings.ts";

/** A whole forward. After two of the same shape its commands are only written again, without tfjs. */
export const replay: Kernel<{ forward: (x: Tensor) => Tensor; version: number }> = {
  name: "TesseraReplay",
  run: (backend, { x }, { forward, version }) => recordingsOf(backend).run(forward, version, x as Tensor),
};
