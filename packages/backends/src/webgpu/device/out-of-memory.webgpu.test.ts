// A GPU says only later that it had no memory, and until then hands out a buffer that holds nothing.
import { add, engine, fill, memory, ones, slice } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { BufferPool } from "./buffer-pool.ts";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

const backend = engine().backend as unknown as TfjsWebgpu;
const { maxBufferSize } = backend.device.limits;
const outOfMemory = /^webgpu: the GPU is out of memory \(.+\); use a smaller batch or model, or dispose of tensors$/;

/** Buffers that a pool on a real device takes until there is no memory for one more. */
async function exhaust(pool: BufferPool): Promise<number> {
  for (let taken = 0; ; taken++) {
    pool.acquireBuffer(maxBufferSize, GPUBufferUsage.STORAGE);
    try {
      await pool.settle();
    } catch (error) {
      if (!outOfMemory.test((error as Error).message)) throw error;
      return taken;
    }
  }
}

describe("when the GPU is out of memory", () => {
  test("the pool says so once, and has memory again when buffers are freed", async () => {
    const pool = new BufferPool(backend.device, 0);
    const first = await exhaust(pool);
    await pool.settle();
    pool.dispose();
    expect(await exhaust(pool)).toBe(first);
    pool.dispose();
  });

  test("what was computed with it is an error of the next read, and of no other", async () => {
    const before = memory().numTensors;
    const pool = new BufferPool(backend.device, 0);
    await exhaust(pool);
    const huge = fill([maxBufferSize / 4], 1);
    const part = slice(huge, [0], [2000]);
    await expect(part.data()).rejects.toThrow(outOfMemory);
    pool.dispose();
    huge.dispose();
    part.dispose();
    const x = ones([2000]);
    const y = add(x, 1);
    expect((await y.data())[1999]).toBe(2);
    x.dispose();
    y.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

test("a tensor beyond what one buffer may hold is refused where it is made", () => {
  expect(() => fill([maxBufferSize / 4 + 1], 1)).toThrow(
    `webgpu: expected buffers of at most ${maxBufferSize} bytes on this GPU, got ${maxBufferSize + 4}; use a smaller batch`,
  );
});
