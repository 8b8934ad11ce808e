import { type Tensor3D, add, engine, memory, ones, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock } from "@tessera/core";
import { countCalls, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

const backend = engine().backend as unknown as TfjsWebgpu;

test("a block of an encoder is seven dispatches, which neither write uniforms anew nor read back", () => {
  const block = new EncoderBlock({ width: 24, heads: 2, layerScale: 0.5 }).init(1);
  const x = seeded(1).normals([2, 17, 24]) as Tensor3D;
  const forward = () => block.forward(x).dispose();
  forward();
  expect(countCalls(GPUComputePassEncoder, "dispatchWorkgroups", forward)).toBe(7);
  expect(countCalls(GPUQueue, "writeBuffer", forward)).toBe(0);
  expect(countCalls(GPUBuffer, "mapAsync", forward)).toBe(0);
  block.dispose();
  x.dispose();
});

test("forwards of changing sizes leave nothing on the GPU", async () => {
  const block = new EncoderBlock({ width: 24, heads: 2 }).init(1);
  const bytes = () => (memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
  async function forward(b: number, n: number) {
    const y = tidy(() => block.forward(seeded(1).normals([b, n, 24]) as Tensor3D));
    await y.data();
    y.dispose();
  }
  await forward(1, 5);
  const before = bytes();
  for (let run = 0; run < 40; run++) await forward(1 + (run % 3), 5 + (run % 7));
  expect(bytes()).toBe(before);
  block.dispose();
});

test("a command that the GPU refuses is an error of a read soon after, and of no other", async () => {
  const x = ones([2000]);
  backend.device.createShaderModule({ code: "fn broken(" });
  // Chromium tells of it a little later than of what was computed.
  await expect(
    (async () => {
      for (let run = 0; run < 50; run++) await add(x, run).data();
    })(),
  ).rejects.toThrow(/^webgpu: the GPU refused a command: .*WGSL/);
  expect((await add(x, 1).data())[0]).toBe(2);
});

test("a tensor that no buffer can hold is an error", () => {
  const { maxBufferSize } = backend.device.limits;
  expect(() => backend.bufferManager.acquireBuffer(maxBufferSize + 4, GPUBufferUsage.STORAGE)).toThrow(
    `webgpu: expected buffers of at most ${maxBufferSize} bytes on this GPU, got ${maxBufferSize + 4}; use a smaller batch`,
  );
});
