import { type Tensor3D, add, engine, mul, ones, relu, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, replayed, warmUp } from "@tessera/core";
import { kernelsRun, seeded } from "@tessera/testing";
import { afterAll, beforeEach, expect, test } from "vitest";
import { useBackend } from "../../index.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const lose = async () => {
  const { device } = engine().backend as unknown as TfjsWebgpu;
  device.destroy();
  await device.lost;
};

// A new device has compiled nothing yet.
beforeEach(async () => {
  await lose();
  await useBackend("webgpu");
});
afterAll(async () => {
  await useBackend("webgpu");
});

/** What of pipelines is begun and done, in order, while `fn` runs. */
async function compiling(fn: () => Promise<void>): Promise<string[]> {
  const device = GPUDevice.prototype;
  const { createComputePipeline, createComputePipelineAsync } = device;
  const events: string[] = [];
  device.createComputePipeline = function now(...args) {
    events.push("at once");
    return createComputePipeline.apply(this, args);
  };
  device.createComputePipelineAsync = async function later(...args) {
    events.push("begun");
    const pipeline = await createComputePipelineAsync.apply(this, args);
    events.push("done");
    return pipeline;
  };
  try {
    await fn();
    return events;
  } finally {
    Object.assign(device, { createComputePipeline, createComputePipelineAsync });
  }
}

const tokens = (seed: number) => seeded(seed).normals([2, 17, 24]) as Tensor3D;

test("compiles all programs, ours and tfjs's, side by side, and tells of each", async () => {
  const block = new EncoderBlock({ width: 24, heads: 2 }).init(1);
  const forward = replayed(block, (x: Tensor3D) => tidy(() => relu(block.forward(add(x, 1)))));
  const told: { compiled: number; total: number }[] = [];
  const events = await compiling(() => warmUp(forward, tokens(1), { onProgress: (progress) => told.push(progress) }));
  const total = events.length / 2;
  // Layer norm, two products, attention and a few of tfjs's.
  expect(total).toBeGreaterThan(5);
  expect(events.slice(0, total)).toEqual(Array.from({ length: total }, () => "begun"));
  expect(events.slice(total)).toEqual(Array.from({ length: total }, () => "done"));
  expect(told).toEqual(Array.from({ length: total + 1 }, (_, compiled) => ({ compiled, total })));

  expect(kernelsRun(() => forward(tokens(2)).dispose())).toEqual(["TesseraReplay"]);
  const expected = relu(block.forward(add(tokens(3), 1)));
  await expect(forward(tokens(3))).toBeAllClose(expected);
  block.dispose();
});

test("a forward of somebody else meanwhile compiles what it needs itself", async () => {
  const forward = (x: Tensor3D) => mul(relu(x), 3);
  const warming = warmUp(forward, ones([2, 17, 64]));
  await expect(forward(ones([2, 17, 64]))).toBeAllClose(mul(ones([2, 17, 64]), 3));
  await warming;
});

test("an abort ends it", async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error("enough"));
  let runs = 0;
  const forward = (x: Tensor3D) => {
    runs++;
    return relu(x);
  };
  await expect(warmUp(forward, ones([2, 17, 64]), { onProgress, signal: controller.signal })).rejects.toThrow("enough");
  expect(runs).toBe(1);
});
