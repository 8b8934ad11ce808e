import { type Rank, type Tensor2D, add, engine, ones } from "@tensorflow/tfjs-core";
import { Linear, replayed } from "@tessera/core";
import { afterAll, expect, test } from "vitest";
import { useBackend } from "../../index.ts";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

afterAll(async () => {
  await useBackend("webgpu");
});

test("after a lost GPU reads and commands fail with the cure, and useBackend starts anew", async () => {
  await useBackend("webgpu");
  const { device } = engine().backend as unknown as TfjsWebgpu;
  // More than what tfjs computes on the CPU without asking the GPU.
  const before = add(ones([2000]), 1);
  await before.data();
  const other = add(before, 1);
  const underway = other.data();
  device.destroy();
  await expect(underway).rejects.toThrow(/^webgpu: the GPU was lost \(.*\); call useBackend again/);
  expect(() => add(before, 2)).toThrow(/^webgpu: the GPU was lost/);

  await useBackend("webgpu");
  expect((engine().backend as unknown as TfjsWebgpu).device).not.toBe(device);
  expect((await add(ones([2000]), 1).data())[1999]).toBe(2);
});

test("a recorded forward fails with the cure, too, and is recorded anew", async () => {
  await useBackend("webgpu");
  const { device } = engine().backend as unknown as TfjsWebgpu;
  const layer = new Linear(64, 32).init(1);
  const forward = replayed(layer, (x: Tensor2D) => layer.forward(x));
  for (let run = 0; run < 3; run++) await forward(ones([9, 64])).data();
  device.destroy();
  await device.lost;
  await expect((async () => forward(ones([9, 64])).data())()).rejects.toThrow(/^webgpu: the GPU was lost/);

  await useBackend("webgpu");
  layer.init(1);
  const expected = layer.forward(ones<Rank.R2>([9, 64]));
  for (let run = 0; run < 4; run++) await expect(forward(ones([9, 64]))).toBeAllClose(expected);
  layer.dispose();
});
