import { type Tensor, type TensorInfo, tidy } from "@tensorflow/tfjs-core";
import { type Forward, Recordings } from "@tessera/core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { isCollecting } from "../program/pipelines.ts";
import { CommandRecorder } from "./command-recorder.ts";
import { inputLike } from "./trace.ts";

const known = new WeakMap<TfjsWebgpu, Recordings>();

/** The recordings of a backend. Those that read a tensor's data go with it. */
export function recordingsOf(backend: TfjsWebgpu): Recordings {
  const found = known.get(backend);
  if (found) return found;
  const recordings = new Recordings(new CommandRecorder(backend));
  const release = backend.releaseResource.bind(backend);
  backend.releaseResource = (dataId) => {
    release(dataId);
    recordings.forget(dataId);
  };
  known.set(backend, recordings);
  return recordings;
}

/**
 * A forward's output, replayed where it is recorded.
 *
 * @throws {TesseraError} if the GPU was lost; its recordings are gone then.
 */
export function replay(backend: TfjsWebgpu, forward: Forward, version: number, x: Tensor): TensorInfo {
  const recordings = recordingsOf(backend);
  try {
    backend.ensureCommandEncoderReady();
  } catch (error) {
    recordings.clear();
    throw error;
  }
  // Asks for the programs that the forward will be recorded with, so the processor may compute nothing of its input.
  if (isCollecting() && x.size > 0) return tidy(() => forward(inputLike(backend, x)));
  return recordings.run(forward, version, x);
}
