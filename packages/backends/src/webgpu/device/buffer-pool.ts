import { TesseraError } from "@tessera/core";
import type { Buffers } from "./tfjs-backend.ts";

interface Free {
  buffer: GPUBuffer;
  key: string;
}

/**
 * GPU buffers that are used again by exact size, as tfjs needs them. tfjs's own manager keeps every freed buffer for ever,
 * so each new batch or image size adds to what is held; here freed ones above a budget are destroyed, the oldest first.
 */
export class BufferPool implements Buffers {
  /** Bytes of freed buffers to keep. */
  readonly budget: number;
  private readonly device: GPUDevice;
  private readonly used = new Set<GPUBuffer>();
  /** In the order in which they were freed. */
  private readonly free = new Set<Free>();
  private readonly byKey = new Map<string, Free[]>();
  /** Answers of the GPU, whether it had the memory, that have not come yet. */
  private readonly unanswered = new Set<Promise<void>>();
  /** Those that it had no memory for: whoever got one again would compute with nothing, too. */
  private readonly hollow = new WeakSet<GPUBuffer>();
  private refused = "";
  private freeBytes = 0;
  numBytesUsed = 0;

  constructor(device: GPUDevice, budget: number) {
    this.device = device;
    this.budget = budget;
  }

  get numBytesAllocated(): number {
    return this.numBytesUsed + this.freeBytes;
  }

  /** Bytes that are freed and kept. */
  get numBytesFree(): number {
    return this.freeBytes;
  }

  /** Whether the GPU has yet to say if it had the memory for some buffer. */
  get isWaiting(): boolean {
    return this.unanswered.size > 0;
  }

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    const buffer = (reuse && this.takeFree(keyOf(size, usage))) || this.create(size, usage, mappedAtCreation);
    this.used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.used.delete(buffer)) return;
    this.numBytesUsed -= buffer.size;
    if (!reuse || this.hollow.has(buffer)) {
      buffer.destroy();
      return;
    }
    const free = { buffer, key: keyOf(buffer.size, buffer.usage) };
    this.free.add(free);
    const alike = this.byKey.get(free.key);
    if (alike) alike.push(free);
    else this.byKey.set(free.key, [free]);
    this.freeBytes += buffer.size;
    this.prune(this.budget);
  }

  getNumUsedBuffers(): number {
    return this.used.size;
  }

  getNumFreeBuffers(): number {
    return this.free.size;
  }

  /** Waits until the GPU has answered for every buffer; throws if it had no memory for one, whose values then are none. */
  async settle(): Promise<void> {
    while (this.unanswered.size > 0) await Promise.all(this.unanswered);
    const message = this.refused;
    this.refused = "";
    if (message) throw outOfMemory(message);
  }

  dispose(): void {
    this.prune(0);
    for (const buffer of this.used) buffer.destroy();
    this.used.clear();
    this.numBytesUsed = 0;
  }

  private create(size: number, usage: number, mappedAtCreation: boolean): GPUBuffer {
    const { maxBufferSize } = this.device.limits;
    if (size > maxBufferSize) {
      throw new TesseraError(
        `webgpu: expected buffers of at most ${maxBufferSize} bytes on this GPU, got ${size}; use a smaller batch`,
      );
    }
    this.device.pushErrorScope("out-of-memory");
    let buffer: GPUBuffer | undefined;
    try {
      buffer = this.device.createBuffer({ size, usage, mappedAtCreation });
      return buffer;
    } catch (error) {
      throw outOfMemory((error as Error).message);
    } finally {
      const answer = this.listen(this.device.popErrorScope(), buffer);
      this.unanswered.add(answer);
      void answer.finally(() => this.unanswered.delete(answer));
    }
  }

  private async listen(answer: Promise<GPUError | null>, buffer: GPUBuffer | undefined): Promise<void> {
    try {
      const error = await answer;
      if (!error) return;
      this.refused ||= error.message;
      if (buffer) this.discard(buffer);
    } catch {
      // The device is gone, which is told elsewhere.
    }
  }

  /** Of a buffer that holds nothing, freed by now or later. */
  private discard(buffer: GPUBuffer): void {
    this.hollow.add(buffer);
    for (const free of this.free) if (free.buffer === buffer) this.destroy(free);
  }

  private takeFree(key: string): GPUBuffer | undefined {
    const found = this.byKey.get(key)?.pop();
    if (!found) return undefined;
    this.free.delete(found);
    this.freeBytes -= found.buffer.size;
    return found.buffer;
  }

  private prune(budget: number): void {
    for (const oldest of this.free) {
      if (this.freeBytes <= budget) return;
      this.destroy(oldest);
    }
  }

  private destroy(free: Free): void {
    this.free.delete(free);
    const alike = this.byKey.get(free.key)!.filter((other) => other !== free);
    if (alike.length > 0) this.byKey.set(free.key, alike);
    else this.byKey.delete(free.key);
    this.freeBytes -= free.buffer.size;
    free.buffer.destroy();
  }
}

/** With the first line of what the GPU says: where in Dawn it failed helps nobody. */
function outOfMemory(message: string): TesseraError {
  const [line] = message.split("\n", 1);
  return new TesseraError(
    `webgpu: the GPU is out of memory (${line}); use a smaller batch or model, or dispose of tensors`,
  );
}

function keyOf(size: number, usage: number): string {
  return `${size}_${usage}`;
}
