import { type Tensor, type TensorInfo, engine, tidy } from "@tensorflow/tfjs-core";
import type { NativeBackend } from "../backend.ts";
import type { DataId } from "../entry.ts";
import { Arena } from "./arena.ts";
import { Notes } from "./notes.node.ts";
import { overhear } from "./overhear.ts";
import { type Owned, Recording } from "./recording.ts";

/** What a forward came to. */
interface Recorded {
  output: TensorInfo;
  /** None if the forward did what calls of the addon cannot repeat. */
  recording?: Recording;
  /** Of what it did. */
  fingerprint?: string;
}

/** Runs a forward as ever, and notes all that it asks of the addon. */
export function record(backend: NativeBackend, forward: (x: Tensor) => Tensor, x: Tensor): Recorded {
  const { addon, arrays } = backend;
  const input = inputLike(backend, x);
  const arena = new Arena(arrays);
  const notes = new Notes(arena, input.dataId, backend.floats(input));
  let recording: Recording | undefined;
  function stop(): void {
    Object.assign(backend, { addon, arrays, notes: undefined });
  }
  try {
    Object.assign(backend, { addon: overhear(addon, notes), arrays: arena, notes });
    const y = tidy(() => forward(input));
    const values = y.dtype === "float32" && notes.made.has(y.dataId) ? backend.floats(y) : undefined;
    // Else it is the input, a parameter, or was computed in JavaScript.
    const computed = values && arena.numberOf(values) !== undefined;
    if (notes.refused || !computed) return { output: y === input ? x : y };
    // Back into the arena, where the values stay until a replay.
    for (const tensor of [y, input]) tensor.dispose();
    stop();
    const { calls, places, constantBytes, reads, made } = notes;
    const variables = variablesAmong(reads);
    const output = { values, shape: y.shape };
    const candidate = new Recording(backend, { calls, places, arena, constantBytes, output, reads, variables });
    const lives = (dataId: DataId) => backend.data.has(dataId);
    // What it read may be gone, and what it made may not.
    if ([...reads].every(lives) && ![...made].some(lives)) recording = candidate;
    return { output: candidate.takeOutput(), recording, fingerprint: notes.fingerprint(variables) };
  } finally {
    stop();
    input.dispose();
    if (!recording) arena.dispose();
  }
}

/** The same values as a tensor whose array is known from that of every other, without a copy. */
function inputLike(backend: NativeBackend, x: Tensor): Tensor {
  const values = backend.floats(x).subarray();
  // Who keeps the input looks into this array for as long.
  backend.share(x);
  return engine().makeTensorFromTensorInfo(backend.makeTensorInfo([...x.shape], "float32", values));
}

function variablesAmong(reads: ReadonlySet<DataId>): Owned[] {
  return Object.values(engine().registeredVariables)
    .filter(({ dataId }) => reads.has(dataId))
    .map((variable) => [variable, variable.dataId]);
}
