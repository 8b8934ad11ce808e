import os from "node:os";
import {
  type Tensor2D,
  type Tensor3D,
  engine,
  registerBackend,
  removeBackend,
  setBackend,
} from "@tensorflow/tfjs-core";
import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { linear, selfAttention } from "@tessera/core";
import { seeded } from "@tessera/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useBackend } from "../index.ts";
import { unregisterWasmKernels } from "./__fixtures__/without-kernels.ts";

const single = engine().findBackendFactory("wasm")!;
const { cpus } = os;
const workerBefore = "Worker" in globalThis;

/** As at the start of a process. */
function forget(): void {
  removeBackend("wasm");
  registerBackend("wasm", single, 2);
}

beforeAll(forget);
afterAll(async () => {
  forget();
  unregisterWasmKernels();
  await setBackend("wasm");
});

function outputs(): Float32Array[] {
  const [x, weight] = [seeded(1).normals([197, 96]), seeded(2).normals([384, 96]) as Tensor2D];
  const qkv = seeded(3).normals([2, 50, 3 * 64]) as Tensor3D;
  return [linear(x, weight, { activation: "gelu" }), selfAttention(qkv, { heads: 2 })].map(
    (y) => y.dataSync() as Float32Array,
  );
}

test("Node computes on as many threads as asked for, and gets the same", async () => {
  const { device } = await useBackend("wasm", { threads: 1 });
  expect(device).toBe("WebAssembly SIMD, 1 thread");
  expect(getThreadsCount()).toBe(1);
  const expected = outputs();
  forget();
  // More than this machine may have: half of what the build hears of is what it takes.
  expect((await useBackend("wasm", { threads: 3 })).device).toBe("WebAssembly SIMD, 3 threads");
  expect(getThreadsCount()).toBe(3);
  for (const [i, values] of outputs().entries()) await expect(values).toBeAllClose(expected[i]!);
  expect(os.cpus).toBe(cpus);
  expect("Worker" in globalThis).toBe(workerBefore);
});
