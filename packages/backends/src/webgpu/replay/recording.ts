import { type DataType, type Tensor, type Variable, engine } from "@tensorflow/tfjs-core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Arena } from "./arena.ts";
import { type Command, encode } from "./commands.ts";

interface Parts {
  arena: Arena;
  commands: readonly Command[];
  input: GPUBuffer;
  /** `stored` is the type that its data was made with; tfjs casts some in name only. */
  output: { buffer: GPUBuffer; stored: DataType; shape: readonly number[]; dtype: DataType };
  /** Data from outside of the forward, parameters mostly. */
  reads: ReadonlySet<object>;
  /** Those parameters, with the data that each had. */
  variables: readonly (readonly [Variable, object])[];
}

/** What a forward asked of the GPU, ready to be asked again of another input of the same shape. */
export class Recording {
  private readonly backend: TfjsWebgpu;
  private readonly parts: Parts;

  constructor(backend: TfjsWebgpu, parts: Parts) {
    this.backend = backend;
    this.parts = parts;
  }

  /** Bytes on the GPU that nobody else can have. */
  get bytes(): number {
    return this.parts.arena.size;
  }

  /** Whether it reads these data. */
  reads(dataId: object): boolean {
    return this.parts.reads.has(dataId);
  }

  /** Whether every parameter still is what it was. Data that were freed drop the recording before. */
  get current(): boolean {
    for (const [variable, dataId] of this.parts.variables)
      if (variable.isDisposed || variable.dataId !== dataId) return false;
    return true;
  }

  /** The forward's output for another input, a tensor of its own. */
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
