import { type Tensor3D, mul, ones, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, replayed } from "@tessera/core";
import { expect, test } from "vitest";
import { gpuBytes, isReplay, newBlock, settle, tokens } from "./__fixtures__/replays.ts";

/** Once the commands of tensors that are gone have been sent. */
async function bytesAtRest(): Promise<number> {
  const next = tidy(() => mul(ones([2000]), 2));
  await next.data();
  next.dispose();
  return gpuBytes();
}

test("what recordings hold goes with the parameters", async () => {
  const before = await bytesAtRest();
  for (let round = 0; round < 3; round++) {
    const block = new EncoderBlock({ width: 24, heads: 2 }).init(1);
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    const recorded = gpuBytes();
    expect(recorded).toBeGreaterThan(before);
    await settle(forward);
    expect(gpuBytes()).toBe(recorded);
    block.dispose();
    expect(await bytesAtRest()).toBe(before);
  }
});

test("few recordings are held, those that were used last", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const shapes = Array.from({ length: 12 }, (_, i) => [1, 5 + i, 24]);
  const run = (shape: number[]) => tidy(() => forward(tokens(1, shape)));
  for (const shape of shapes) {
    await settle(forward, shape);
    run(shapes[0]!).dispose();
  }
  for (const at of [0, 11, 10, 5]) expect(isReplay(() => run(shapes[at]!))).toBe(true);
  for (const at of [4, 1]) expect(isReplay(() => run(shapes[at]!))).toBe(false);
});

test("forwards of ever changing sizes hold no more than before", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const seen: number[] = [];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 20; i++) await settle(forward, [1, 5 + i, 24]);
    seen.push(gpuBytes());
  }
  expect(seen[2]).toBe(seen[1]);
});
