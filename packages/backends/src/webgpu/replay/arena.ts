import type { Buffers } from "../device/tfjs-backend.ts";

/**
 * The buffers of a forward that is traced. They come from the backend's own and serve again within the forward in the order in
 * which they are free, but go back to nobody else until the recording ends, because a replay writes them all anew. A buffer that
 * the processor filled (constants, uniforms) is filled only once, so that nothing else may ever lie there.
 */
export class Arena implements Buffers {
  /** The buffers that everything else gets. */
  readonly outer: Buffers;
  private readonly all = new Set<GPUBuffer>();
  /** The buffers that a tensor has. */
  private readonly used = new Set<GPUBuffer>();
  private readonly constants = new Set<GPUBuffer>();
  private readonly free = new Map<string, GPUBuffer[]>();
  private bytes = 0;

  constructor(outer: Buffers) {
    this.outer = outer;
  }

  /** Bytes of all its buffers. */
  get size(): number {
    return this.bytes;
  }

  /** Whether a tensor that the forward created has outlived it. */
  get inUse(): boolean {
    return this.used.size > 0;
  }

  get numBytesUsed(): number {
    return this.outer.numBytesUsed;
  }

  get numBytesAllocated(): number {
    return this.outer.numBytesAllocated;
  }

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    const constant = mappedAtCreation || (usage & GPUBufferUsage.UNIFORM) !== 0;
    const again = constant ? undefined : this.free.get(`${size}_${usage}`)?.pop();
    // A buffer that was used before would be filled by way of a second buffer, which does not outlive the next submit.
    const buffer = again ?? this.outer.acquireBuffer(size, usage, mappedAtCreation, reuse && !mappedAtCreation);
    this.used.add(buffer);
    if (!again) {
      this.all.add(buffer);
      this.bytes += size;
    }
    if (constant) this.constants.add(buffer);
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.all.has(buffer)) {
      this.outer.releaseBuffer(buffer, reuse);
      return;
    }
    if (!this.used.delete(buffer) || this.constants.has(buffer)) return;
    const key = `${buffer.size}_${buffer.usage}`;
    const alike = this.free.get(key);
    if (alike) alike.push(buffer);
    else this.free.set(key, [buffer]);
  }

  getNumUsedBuffers(): number {
    return this.outer.getNumUsedBuffers();
  }

  getNumFreeBuffers(): number {
    return this.outer.getNumFreeBuffers();
  }

  /** Gives everything back, except what a tensor still has: that is now the tensor's, as if nothing had been traced. */
  dispose(): void {
    for (const buffer of this.all) if (!this.used.has(buffer)) this.outer.releaseBuffer(buffer);
    this.all.clear();
    this.used.clear();
    this.bytes = 0;
  }
}
