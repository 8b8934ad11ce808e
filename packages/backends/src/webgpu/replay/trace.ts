import { type Tensor, engine, tidy } from "@tensorflow/tfjs-core";
import type { Forward, Trace } from "@tessera/core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import { Arena } from "./arena.ts";
import { CommandRecording, fill } from "./command-recording.ts";
import { traceBackend } from "./trace-backend.ts";
import { Tracer } from "./tracer.ts";

/** Runs a forward as ever, and records every command that it encodes. */
export function trace(backend: TfjsWebgpu, forward: Forward, x: Tensor): Trace {
  // Commands that others encoded are no part of it.
  flush(backend);
  const arena = new Arena(backend.bufferManager);
  const tracer = new Tracer();
  const stop = traceBackend(backend, arena, tracer);
  let input: Tensor | undefined;
  let recording: CommandRecording | undefined;
  try {
    input = inputLike(backend, x);
    const source = backend.tensorMap.get(input.dataId)!.resource!;
    tracer.untraced(() => fill(backend, source, x));
    const y = tidy(() => forward(input!));
    const data = backend.tensorMap.get(y.dataId);
    let output = y;
    // Otherwise the output is a parameter, or the processor computed it.
    if (tracer.created.has(y.dataId) && data?.resource) {
      const candidate = new CommandRecording(backend, {
        arena,
        commands: tracer.commands,
        input: source,
        output: { buffer: data.resource, stored: data.dtype, shape: y.shape, dtype: y.dtype },
      });
      output = tracer.untraced(() => candidate.takeOutput());
      y.dispose();
      input.dispose();
      flush(backend);
      // A tensor that outlives the forward would not be made again by a replay, and its buffer would change with every one.
      tracer.created.delete(output.dataId);
      const outlived = arena.inUse || [...tracer.created].some((dataId) => backend.tensorMap.has(dataId));
      if (tracer.replayable && !outlived) recording = candidate;
    }
    return { output, recording, reads: tracer.reads, fingerprint: tracer.fingerprint.value };
  } finally {
    input?.dispose();
    flush(backend);
    stop();
    if (!recording) arena.dispose();
  }
}

/** Submits what is encoded, so that buffers whose tensors are gone are free. */
function flush(backend: TfjsWebgpu): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

/** A tensor on the GPU that nothing was written to. It is there from the start, so that the processor computes nothing of it. */
export function inputLike(backend: TfjsWebgpu, { dataId, shape, dtype }: Tensor): Tensor {
  const stored = backend.tensorMap.get(dataId)!.dtype;
  const info = backend.makeTensorInfo([...shape], stored);
  backend.uploadToGPU(info.dataId);
  return engine().makeTensorFromTensorInfo({ ...info, dtype });
}
