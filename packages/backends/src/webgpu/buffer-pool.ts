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

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    const buffer = (reuse && this.takeFree(keyOf(size, usage))) || this.create(size, usage, mappedAtCreation);
    this.used.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.used.delete(buffer)) return;
    this.numBytesUsed -= buffer.size;
    if (!reuse) {
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
    try {
      return this.device.createBuffer({ size, usage, mappedAtCreation });
    } catch (error) {
      throw outOfMemory((error as Error).message);
    } finally {
      const answer = this.listen(this.device.popErrorScope());
      this.unanswered.add(answer);
      void answer.finally(() => this.unanswered.delete(answer));
    }
  }

  private async listen(answer: Promise<GPUError | null>): Promise<void> {
    try {
      const error = await answer;
      if (error) this.refused ||= error.message;
    } catch {
      // The device is gone, which is told elsewhere.
    }
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
      this.free.delete(oldest);
      const alike = this.byKey.get(oldest.key)!.filter((other) => other !== oldest);
      if (alike.length > 0) this.byKey.set(oldest.key, alike);
      else this.byKey.delete(oldest.key);
      this.freeBytes -= oldest.buffer.size;
      oldest.buffer.destroy();
    }
  }
}

function outOfMemory(message: string): TesseraError {
  return new TesseraError(
    `webgpu: the GPU is out of memory (${message}); use a smaller batch or model, or dispose of tensors`,
  );
}

function keyOf(size: number, usage: number): string {
  return `${size}_${usage}`;
}
