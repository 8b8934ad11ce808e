import { type Tensor3D, add, mul, scalar, tensor3d, tidy } from "@tensorflow/tfjs-core";
import { Linear, replayed } from "@tessera/core";
import { expectNoLeak, kernelsRun } from "@tessera/testing";
import { expect, test } from "vitest";
import { isReplay, newBlock, settle, tokens, track } from "./__fixtures__/replays.ts";

const exact = { rtol: 0, atol: 0 };

test("from the third time on no op is run, and every input has its own output", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  for (const seed of [1, 2]) {
    const kernels = kernelsRun(() => forward(tokens(seed)).dispose());
    expect(kernels.filter((name) => name.startsWith("Tessera"))).toHaveLength(8);
  }
  for (const seed of [3, 4, 5]) {
    expect(kernelsRun(() => forward(tokens(seed)).dispose())).toEqual(["TesseraReplay"]);
  }
  for (const seed of [1, 2, 3]) {
    const x = tokens(seed);
    await expect(forward(x)).toBeAllClose(block.forward(x), exact);
  }
});

test("takes inputs that the GPU computed", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  const x: Tensor3D = mul(tokens(5), 2);
  expect(isReplay(() => forward(x))).toBe(true);
  await expect(forward(x)).toBeAllClose(block.forward(x), exact);
});

test("may be recorded with an input on the GPU and repeated with one that is not there", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const recorded: Tensor3D = mul(tokens(1, [4, 17, 24]), 2);
  for (let run = 0; run < 2; run++) forward(recorded).dispose();
  const x = tokens(2, [4, 17, 24]);
  expect(isReplay(() => forward(x))).toBe(true);
  await expect(forward(x)).toBeAllClose(block.forward(x), exact);
});

test("gives tensors of their own", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  const [first, second] = [forward(tokens(1)), forward(tokens(2))];
  await expect(first).toBeAllClose(block.forward(tokens(1)), exact);
  await expect(second).toBeAllClose(block.forward(tokens(2)), exact);
  first.dispose();
  await expect(forward(tokens(3))).toBeAllClose(block.forward(tokens(3)), exact);
  await expect(second).toBeAllClose(block.forward(tokens(2)), exact);
});

test("small tensors that depend on the input are not taken for constants", async () => {
  const layer = track(new Linear(4, 3).init(1));
  const plain = (x: Tensor3D) => tidy(() => add(mul(layer.forward(add(x, 1)), scalar(3)), 0.5));
  const forward = replayed(layer, plain);
  await settle(forward, [1, 2, 4]);
  expect(isReplay(() => forward(tokens(1, [1, 2, 4])))).toBe(true);
  for (const seed of [1, 2]) {
    const x = tokens(seed, [1, 2, 4]);
    await expect(forward(x)).toBeAllClose(plain(x), { rtol: 1e-6, atol: 1e-6 });
  }
});

test("constants stay where they are while other tensors come and go", async () => {
  const layer = track(new Linear(24, 24).init(1));
  const plain = (x: Tensor3D) =>
    tidy(() => {
      let y = layer.forward(x);
      for (let i = 0; i < 40; i++) {
        const constant = tensor3d(new Float32Array(x.size).fill(i), x.shape);
        y = tidy(() => add(mul(y, 0.5), constant));
        constant.dispose();
      }
      return y;
    });
  const forward = replayed(layer, plain);
  const shape = [2, 30, 24];
  await settle(forward, shape);
  for (const seed of [1, 2]) {
    const x = tokens(seed, shape);
    expect(isReplay(() => forward(x))).toBe(true);
    await expect(forward(x)).toBeAllClose(plain(x), exact);
  }
});

test("every shape is recorded apart", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const shapes = [1, 2, 3].map((b) => [b, 5 + b, 24]);
  for (const shape of shapes) await settle(forward, shape);
  for (const shape of shapes) {
    const x = tokens(2, shape);
    expect(isReplay(() => forward(x))).toBe(true);
    await expect(forward(x)).toBeAllClose(block.forward(x), exact);
  }
});

test("leaves no tensor behind", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const x = tokens(1);
  await expectNoLeak(() => forward(x).dispose(), { runs: 4 });
});

test("may be a part of another", async () => {
  const block = newBlock();
  const inner = replayed(block, (x: Tensor3D) => block.forward(x));
  const outer = replayed(block, (x: Tensor3D) => inner(inner(x)));
  await settle(outer);
  expect(isReplay(() => outer(tokens(1)))).toBe(true);
  await expect(outer(tokens(1))).toBeAllClose(block.forward(block.forward(tokens(1))), exact);
});
