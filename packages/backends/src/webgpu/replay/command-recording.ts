import { type DataType, type Tensor, engine } from "@tensorflow/tfjs-core";
import type { Recording } from "@tessera/core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Arena } from "./arena.ts";
import { type Command, encode } from "./commands.ts";

interface Parts {
  /** What the commands work on. */
  arena: Arena;
  commands: readonly Command[];
  input: GPUBuffer;
  /** `stored` is the type that its data were made with; tfjs casts some in name only. */
  output: { buffer: GPUBuffer; stored: DataType; shape: readonly number[]; dtype: DataType };
}

/** The commands that a forward encoded. */
export class CommandRecording implements Recording {
  private readonly backend: TfjsWebgpu;
  private readonly parts: Parts;

  constructor(backend: TfjsWebgpu, parts: Parts) {
    this.backend = backend;
    this.parts = parts;
  }

  get bytes(): number {
    return this.parts.arena.size;
  }

  replay(x: Tensor): Tensor {
    const { backend } = this;
    fill(backend, this.parts.input, x);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    encode(backend.commandEncoder!, this.parts.commands);
    const y = this.takeOutput();
    backend.submitQueue();
    return y;
  }

  /** What the commands encoded so far leave in the output, as a tensor that later replays do not change. */
  takeOutput(): Tensor {
    const { arena, output } = this.parts;
    const { buffer, stored, shape, dtype } = output;
    const copy = arena.outer.acquireBuffer(buffer.size, buffer.usage);
    this.backend.ensureCommandEncoderReady();
    this.backend.endComputePassEncoder();
    this.backend.commandEncoder!.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    const info = this.backend.makeTensorInfo([...shape], stored);
    this.backend.tensorMap.get(info.dataId)!.resource = copy;
    return engine().makeTensorFromTensorInfo({ ...info, dtype });
  }

  dispose(): void {
    this.parts.arena.dispose();
  }
}

/** Puts the values of a tensor into a buffer. */
export function fill(backend: TfjsWebgpu, buffer: GPUBuffer, { dataId }: Tensor): void {
  const { resource, values } = backend.tensorMap.get(dataId)!;
  if (!resource && values instanceof Float32Array) {
    backend.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return;
  }
  backend.uploadToGPU(dataId);
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder!.copyBufferToBuffer(backend.tensorMap.get(dataId)!.resource!, 0, buffer, 0, buffer.size);
}
