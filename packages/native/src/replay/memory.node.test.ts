import {
  type Tensor,
  type Tensor3D,
  add,
  copyRegisteredKernels,
  findBackend,
  memory,
  registerBackend,
  removeBackend,
  setBackend,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { EncoderBlock, Recordings, replayed } from "@tessera/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadAddon } from "../addon.node.ts";
import { NativeBackend } from "../backend.ts";
import { isReplay, newBlock, settle, tokens } from "./__fixtures__/replays.ts";
import { CallRecorder } from "./call-recorder.ts";

// A backend of its own, without what other tests have recorded.
beforeAll(() => {
  copyRegisteredKernels("native", "native-memory");
  registerBackend("native-memory", () => new NativeBackend(loadAddon()));
});
beforeEach(async () => {
  await setBackend("native-memory");
  backend().recordings.clear();
});
afterAll(() => removeBackend("native-memory"));

const backend = () => findBackend("native-memory") as NativeBackend;
const heldBytes = () => backend().recordings.bytes;

test("what recordings hold goes with the parameters", () => {
  for (let round = 0; round < 3; round++) {
    const block = new EncoderBlock({ width: 24, heads: 2 }).init(1);
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    settle(forward);
    const recorded = heldBytes();
    expect(recorded).toBeGreaterThan(0);
    settle(forward);
    expect(heldBytes()).toBe(recorded);
    block.dispose();
    expect(heldBytes()).toBe(0);
  }
});

test("few recordings are held, those that were used last", () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const shapes = Array.from({ length: 12 }, (_, i) => [1, 5 + i, 24]);
  const run = (shape: number[]) => forward(tokens(1, shape));
  for (const shape of shapes) {
    settle(forward, shape);
    expect(isReplay(() => run(shapes[0]!))).toBe(true);
  }
  for (const at of [0, 11, 10, 5]) expect(isReplay(() => run(shapes[at]!))).toBe(true);
  for (const at of [4, 1]) expect(isReplay(() => run(shapes[at]!))).toBe(false);
});

test("recordings hold so many bytes, but for the newest", () => {
  const block = newBlock();
  const recordings = new Recordings(new CallRecorder(backend()), { maxBytes: 100_000 });
  const forward = (x: Tensor) => block.forward(x as Tensor3D);
  function bytesAfter(shape: number[]): number {
    for (const seed of [1, 2]) backend().disposeData(recordings.run(forward, 0, tokens(seed, shape)).dataId);
    return recordings.bytes;
  }
  const seen = [1, 2, 40].map((b) => bytesAfter([b, 5, 24]));
  expect(seen[1]).toBeGreaterThan(2 * seen[0]!);
  expect(seen[1]).toBeLessThan(100_000);
  expect(seen[2]).toBeGreaterThan(100_000);
  expect(bytesAfter([1, 5, 24])).toBe(seen[0]);
  recordings.clear();
});

test("constants count", () => {
  const block = newBlock();
  const constant = new Float32Array(1632);
  const forward = replayed(block, (x: Tensor3D) => tidy(() => add(block.forward(x), tensor(constant, x.shape))));
  const without = replayed(block, (x: Tensor3D) => tidy(() => add(block.forward(x), x)));
  const sizes = [without, forward].map((each) => {
    const before = heldBytes();
    settle(each);
    return heldBytes() - before;
  });
  expect(sizes[1]! - sizes[0]!).toBe(constant.byteLength);
});

test("of forwards that came long ago nothing is known", () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const run = (n: number) => isReplay(() => forward(tokens(1, [1, n, 24])));
  for (const others of [62, 64]) {
    expect(run(1)).toBe(false);
    for (let n = 0; n < others; n++) expect(run(100 + n)).toBe(false);
    expect(run(1)).toBe(false);
    expect(run(1)).toBe(others < 63);
    block.init(others);
  }
});

test("forwards of ever changing sizes hold no more than before", () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const seen: number[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 80; i++) settle(forward, [1, 5 + i, 24]);
    seen.push(heldBytes());
  }
  expect(seen[2]).toBe(seen[1]);
});

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
  settle(forward);
  expect(heldBytes()).toBeGreaterThan(0);
  const { recordings } = backend();
  backend().dispose();
  expect(recordings.bytes).toBe(0);
});
