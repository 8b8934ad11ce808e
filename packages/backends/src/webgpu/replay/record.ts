import { type Tensor, type Variable, engine, tidy } from "@tensorflow/tfjs-core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { Arena } from "./arena.ts";
import { Notes, listen } from "./notes.ts";
import { Recording, fill } from "./recording.ts";

/** What a forward came to. */
export interface Recorded {
  output: Tensor;
  /** The same only for forwards that did the same, with the same constants. */
  fingerprint: number;
  /** Undefined if the forward did what commands on the GPU cannot repeat. */
  recording: Recording | undefined;
}

/** Runs a forward as ever, and notes all that it asks of the GPU. */
export function record(backend: TfjsWebgpu, forward: (x: Tensor) => Tensor, x: Tensor): Recorded {
  // What others began is not a part of it.
  flush(backend);
  const arena = new Arena(backend.bufferManager);
  const notes = new Notes();
  const stop = listen(backend, arena, notes);
  let input: Tensor | undefined;
  let recording: Recording | undefined;
  try {
    input = inputLike(backend, x);
    const source = backend.tensorMap.get(input.dataId)!.resource!;
    notes.aside(() => fill(backend, source, x));
    const y = tidy(() => forward(input!));
    const made = backend.tensorMap.get(y.dataId);
    // Else it is a parameter, or was computed by the processor.
    if (notes.made.has(y.dataId) && made?.resource) {
      const parts = {
        arena,
        commands: notes.commands,
        input: source,
        output: { buffer: made.resource, stored: made.dtype, shape: y.shape, dtype: y.dtype },
        reads: notes.reads,
        variables: variablesAmong(notes.reads),
      };
      const candidate = new Recording(backend, parts);
      const output = notes.aside(() => candidate.takeOutput());
      y.dispose();
      input.dispose();
      flush(backend);
      const goneMeanwhile = [...notes.reads].some((dataId) => !backend.tensorMap.has(dataId));
      if (!notes.refused && !arena.inUse && !goneMeanwhile) recording = candidate;
      return { output, fingerprint: notes.fingerprint.value, recording };
    }
    return { output: y, fingerprint: notes.fingerprint.value, recording };
  } finally {
    input?.dispose();
    flush(backend);
    stop();
    if (!recording) arena.dispose();
  }
}

/** Hands what is encoded to the GPU, so that buffers whose tensors are gone are free. */
function flush(backend: TfjsWebgpu): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

/** A tensor on the GPU that nothing was written to. There from the start, so that tfjs computes nothing of it elsewhere. */
export function inputLike(backend: TfjsWebgpu, { dataId, shape, dtype }: Tensor): Tensor {
  const stored = backend.tensorMap.get(dataId)!.dtype;
  const info = backend.makeTensorInfo([...shape], stored);
  backend.uploadToGPU(info.dataId);
  return engine().makeTensorFromTensorInfo({ ...info, dtype });
}

function variablesAmong(reads: ReadonlySet<object>): [Variable, object][] {
  return Object.values(engine().registeredVariables)
    .filter(({ dataId }) => reads.has(dataId))
    .map((variable) => [variable, variable.dataId]);
}
