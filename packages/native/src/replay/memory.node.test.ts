import {
  type Tensor3D,
  copyRegisteredKernels,
  findBackend,
  memory,
  registerBackend,
  removeBackend,
  setBackend,
} from "@tensorflow/tfjs-core";
import { replayed } from "@tessera/core";
import { newBlock } from "@tessera/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadAddon } from "../addon.node.ts";
import { NativeBackend } from "../backend.ts";
import { settle, tokens } from "./__fixtures__/checks.ts";

// A backend of its own, without what other tests have recorded.
beforeAll(async () => {
  copyRegisteredKernels("native", "native-memory");
  registerBackend("native-memory", () => new NativeBackend(loadAddon()));
  await setBackend("native-memory");
});
afterAll(() => removeBackend("native-memory"));

test("1,000 replays and 100 recordings take no memory of their own", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const x = tokens(1, [4, 65, 24]);
  async function rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (i % 10 === 0) block.init(i);
      forward(x).dispose();
      if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await rounds(300);
  const [{ numTensors, numBytes }, before] = [memory(), process.memoryUsage().rss];
  await rounds(1000);
  expect(memory()).toMatchObject({ numTensors, numBytes });
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(25);
  x.dispose();
});

test("a backend that goes takes its recordings along", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  const backend = findBackend("native-memory") as NativeBackend;
  expect(backend.recordings.bytes).toBeGreaterThan(0);
  backend.dispose();
  expect(backend.recordings.bytes).toBe(0);
});
