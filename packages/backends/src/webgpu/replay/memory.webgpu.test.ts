// What the GPU holds, besides what recordings say of themselves.
import { type Tensor3D, memory, mul, ones, tidy } from "@tensorflow/tfjs-core";
import { EncoderBlock, replayed } from "@tessera/core";
import { newBlock, replayChecks } from "@tessera/testing";
import { expect, test } from "vitest";

const { tokens, settle } = replayChecks([2, 17, 24]);

/** Bytes of the GPU that tensors and recordings have. */
function gpuBytes(): number {
  return (memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
}

/** Once the commands of tensors that are gone have been submitted. */
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

test("a forward that fails leaves nothing behind", () => {
  const block = newBlock();
  let broken = false;
  const forward = replayed(block, (x: Tensor3D) => {
    const y = block.forward(x);
    if (broken) throw new Error("it broke");
    return y;
  });
  const run = () => tidy(() => forward(tokens(1))).dispose();
  run();
  const before = [memory().numTensors, gpuBytes()];
  broken = true;
  expect(run).toThrow("it broke");
  expect([memory().numTensors, gpuBytes()]).toEqual(before);
});
