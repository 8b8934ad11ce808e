import { describe, expect, test } from "vitest";
import { BufferPool } from "./buffer-pool.ts";

function poolOf(budget: number, answer: { message: string } | null = null) {
  const destroyed: number[] = [];
  const device = {
    limits: { maxBufferSize: 1000 },
    pushErrorScope: () => {},
    popErrorScope: async () => answer,
    createBuffer: ({ size, usage }: { size: number; usage: number }) => ({
      size,
      usage,
      destroy: () => destroyed.push(size),
    }),
  };
  return { pool: new BufferPool(device as never, budget), destroyed };
}

describe("BufferPool", () => {
  test("gives a freed buffer out again where size and usage are the same", () => {
    const { pool } = poolOf(100);
    const buffer = pool.acquireBuffer(40, 1);
    pool.releaseBuffer(buffer);
    expect(pool.acquireBuffer(40, 2)).not.toBe(buffer);
    expect(pool.acquireBuffer(44, 1)).not.toBe(buffer);
    expect(pool.acquireBuffer(40, 1)).toBe(buffer);
  });

  test("destroys the oldest freed buffers above its budget, so that changing sizes do not add up", () => {
    const { pool, destroyed } = poolOf(100);
    for (let size = 10; size <= 90; size += 10) pool.releaseBuffer(pool.acquireBuffer(size, 1));
    expect(destroyed).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
    expect(pool.numBytesAllocated).toBe(90);
    expect([pool.getNumFreeBuffers(), pool.getNumUsedBuffers(), pool.numBytesUsed]).toEqual([1, 0, 0]);
  });

  test("keeps what is in use, and destroys it at its end", () => {
    const { pool, destroyed } = poolOf(0);
    pool.acquireBuffer(500, 1);
    pool.releaseBuffer(pool.acquireBuffer(30, 1), false);
    expect(destroyed).toEqual([30]);
    pool.dispose();
    expect(destroyed).toEqual([30, 500]);
    expect(pool.numBytesAllocated).toBe(0);
  });

  test("refuses what the GPU cannot hold", () => {
    expect(() => poolOf(0).pool.acquireBuffer(1001, 1)).toThrow(
      "expected buffers of at most 1000 bytes on this GPU, got 1001",
    );
  });

  test("tells once that the GPU had no memory", async () => {
    const { pool } = poolOf(0, { message: "too much" });
    pool.acquireBuffer(10, 1);
    await expect(pool.settle()).rejects.toThrow(
      "webgpu: the GPU is out of memory (too much); use a smaller batch or model",
    );
    await pool.settle();
  });

  test("gives no buffer out again that the GPU had no memory for, whenever that is known", async () => {
    const { pool, destroyed } = poolOf(1000, { message: "too much" });
    const [early, late] = [pool.acquireBuffer(10, 1), pool.acquireBuffer(20, 1)];
    pool.releaseBuffer(early);
    await expect(pool.settle()).rejects.toThrow("out of memory");
    pool.releaseBuffer(late);
    expect(destroyed).toEqual([10, 20]);
    expect([pool.numBytesAllocated, pool.getNumFreeBuffers()]).toEqual([0, 0]);
  });

  test("keeps what the GPU says of memory to one line", async () => {
    const { pool } = poolOf(0, { message: "too much\n - While calling createBuffer" });
    pool.acquireBuffer(10, 1);
    await expect(pool.settle()).rejects.toThrow("(too much); use");
  });
});
