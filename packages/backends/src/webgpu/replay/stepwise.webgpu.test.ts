import { type Tensor, type Tensor3D, grad, keep, memory, mul, profile, sum, tidy } from "@tensorflow/tfjs-core";
import { type EncoderBlock, Random, capture, dropout, replayed } from "@tessera/core";
import { kernelsRun } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { gpuBytes, isReplay, newBlock, settle, tokens } from "./__fixtures__/replays.ts";

describe("runs every time:", () => {
  const pending: Promise<unknown>[] = [];
  let kept: Tensor | undefined;
  const forwards: [string, (block: EncoderBlock) => (x: Tensor3D) => Tensor][] = [
    [
      "what draws random numbers",
      (block) => {
        const random = new Random(1);
        return (x) => dropout(block.forward(x), 0.5, { training: true, random });
      },
    ],
    [
      "what reads values",
      (block) => (x) => {
        for (const { value } of block.params().values()) pending.push(value.data());
        return block.forward(x);
      },
    ],
    [
      "what keeps a tensor",
      (block) => (x) => {
        kept?.dispose();
        const y = block.forward(x);
        kept = keep(mul(y, 2));
        return y;
      },
    ],
    [
      "what captures",
      (block) => (x) => {
        kept?.dispose();
        kept = capture(block, x, ["mlp"])["mlp"]!;
        return block.forward(x);
      },
    ],
  ];
  test.each(forwards)("%s", async (_, of) => {
    const forward = replayed(newBlock(), of(newBlock()));
    for (let run = 0; run < 7; run++) {
      const kernels = kernelsRun(() => {
        tidy(() => forward(tokens(run))).dispose();
      });
      expect(kernels).toContain("TesseraLinear");
    }
    await Promise.all(pending.splice(0));
    kept?.dispose();
    kept = undefined;
  });

  test("a gradient", async () => {
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    await settle(forward);
    const gradient = (f: (x: Tensor3D) => Tensor) =>
      grad((x: Tensor) => sum(mul(f(x as Tensor3D), tokens(9))))(tokens(1));
    const expected = gradient((x) => block.forward(x));
    await expect(gradient(forward)).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
    expect(isReplay(() => forward(tokens(1)))).toBe(true);
  });
});

test("a forward that gives a parameter leaves it the model's", async () => {
  const block = newBlock();
  const [first] = [...block.params().values()];
  const forward = replayed(block, () => first!.value);
  for (let run = 0; run < 4; run++) expect(forward(tokens(run))).toBe(first!.value);
  expect(first!.value.isDisposed).toBe(false);
});

test("a profile shows the ops, not the replay", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  const { kernelNames } = await profile(() => forward(tokens(1)));
  expect(kernelNames).toContain("TesseraSelfAttention");
});

test("a forward that fails leaves nothing behind, and is recorded when it works again", async () => {
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
  broken = false;
  expect([memory().numTensors, gpuBytes()]).toEqual(before);
  run();
  expect(isReplay(() => forward(tokens(1)))).toBe(true);
  await expect(forward(tokens(2))).toBeAllClose(block.forward(tokens(2)), { rtol: 0, atol: 0 });
});
