import { engine } from "@tensorflow/tfjs-core";
import { replaySuite } from "@tessera/testing";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { CommandRecorder } from "./command-recorder.ts";
import { recordingsOf } from "./replay.ts";

const backend = () => engine().backend as unknown as TfjsWebgpu;

replaySuite({
  // Tensors so small that tfjs may compute with them on the processor.
  shape: [2, 17, 24],
  recordings: () => recordingsOf(backend()),
  recorder: () => new CommandRecorder(backend()),
  // A GPU in software takes its time.
  sizes: 20,
});
