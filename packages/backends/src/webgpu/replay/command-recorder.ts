import { type Tensor, env } from "@tensorflow/tfjs-core";
import type { Forward, Recorder, Trace } from "@tessera/core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { halfOf } from "../program/half.ts";
import { isCollecting } from "../program/pipelines.ts";
import { trace } from "./trace.ts";

/** Replays the commands that a forward encoded, with the precision that they were encoded with. */
export class CommandRecorder implements Recorder {
  private readonly backend: TfjsWebgpu;

  constructor(backend: TfjsWebgpu) {
    this.backend = backend;
  }

  /** What is measured or checked takes its steps, and so does what is only compiled. */
  runsStepwise(): boolean {
    return Boolean(this.backend.activeTimers) || env().getBool("DEBUG") || isCollecting();
  }

  settings(): string {
    return halfOf(this.backend.device);
  }

  trace(forward: Forward, x: Tensor): Trace {
    return trace(this.backend, forward, x);
  }
}
