import { type Tensor, engine, tidy } from "@tensorflow/tfjs-core";
import type { Forward, Trace } from "@tessera/core";
import type { DataId } from "../entry.ts";
import { Arena } from "./arena.ts";
import { CallRecording } from "./call-recording.ts";
import { tracedAddon } from "./traced-addon.ts";
import type { TracedBackend } from "./traced-backend.ts";
import { Tracer } from "./tracer.node.ts";

/** Runs a forward as ever, and records every call of the addon that it makes. */
export function trace(backend: TracedBackend, forward: Forward, x: Tensor): Trace {
  const { addon, arrays } = backend;
  const input = inputLike(backend, x);
  const arena = new Arena(arrays);
  const tracer = new Tracer(arena, input.dataId, backend.floats(input));
  let recording: CallRecording | undefined;
  function stop(): void {
    Object.assign(backend, { addon, arrays, tracer: undefined });
  }
  try {
    Object.assign(backend, { addon: tracedAddon(addon, tracer), arrays: arena, tracer });
    const y = tidy(() => forward(input));
    const { calls, inputSlots, constantBytes, reads, created } = tracer;
    const values = y.dtype === "float32" && created.has(y.dataId) ? backend.floats(y) : undefined;
    // Otherwise the output is the input, a parameter, or a tensor that JavaScript computed.
    const computed = values && arena.numberOf(values) !== undefined;
    if (!tracer.replayable || !computed)
      return { output: y === input ? x : y, recording, reads, fingerprint: tracer.fingerprint() };
    // Their arrays go back into the arena, where the values stay until a replay.
    for (const tensor of [y, input]) tensor.dispose();
    stop();
    const output = { values, shape: y.shape };
    const candidate = new CallRecording(backend, { calls, inputSlots, arena, constantBytes, output });
    // A tensor that outlives the forward would not be made again by a replay, and its array would change with every one.
    if (![...created].some((dataId: DataId) => backend.data.has(dataId))) recording = candidate;
    return { output: candidate.takeOutput(), recording, reads, fingerprint: tracer.fingerprint() };
  } finally {
    stop();
    input.dispose();
    if (!recording) arena.dispose();
  }
}

/** The same values as a tensor whose array is known from that of every other, without a copy. */
function inputLike(backend: TracedBackend, x: Tensor): Tensor {
  const values = backend.floats(x).subarray();
  // A forward that keeps its input looks into this array for as long.
  backend.share(x);
  return engine().makeTensorFromTensorInfo(backend.makeTensorInfo([...x.shape], "float32", values));
}
