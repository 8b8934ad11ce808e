import { type Tensor, type Tensor3D, cast, mul, relu, setBackend, sub, tensor, tidy } from "@tensorflow/tfjs-core";
import { Linear, attention, replayed } from "@tessera/core";
import { isReplay, kernelsRun, newBlock, seeded, track } from "@tessera/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { isas, useIsa } from "../__fixtures__/both.ts";
import { expectReplays, settle, tokens } from "./__fixtures__/checks.ts";

const exact = { rtol: 0, atol: 0 };
beforeEach(async () => {
  await setBackend("native");
});

describe.each(isas)("%s", (isa) => {
  test("from the third time on no op is run, and every input has its own output", async () => {
    useIsa(isa);
    const block = newBlock();
    const forward = replayed(block, (x: Tensor3D) => block.forward(x));
    for (const seed of [1, 2]) {
      const kernels = kernelsRun(() => forward(tokens(seed)).dispose());
      expect(kernels.filter((name) => name.startsWith("Tessera"))).toHaveLength(8);
    }
    await expectReplays(forward, (x) => block.forward(x));
  });
});

test("takes inputs that were computed, cast and made on another backend", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const whole = () =>
    cast(
      tensor(
        Int32Array.from({ length: 1632 }, (_, i) => i % 5),
        [4, 17, 24],
        "int32",
      ),
      "float32",
    );
  const makers = [() => mul(tokens(5), 2), () => tidy(whole), () => tokens(6)] as (() => Tensor3D)[];
  for (const make of makers) {
    await setBackend("cpu");
    const moved = make();
    await setBackend("native");
    for (const x of [make(), moved]) await expect(forward(x)).toBeAllClose(block.forward(x), exact);
  }
  const x = makers[1]!();
  expect(isReplay(() => forward(x))).toBe(true);
});

test("takes no array that a tensor has", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  await settle(forward);
  const held = tidy(() => [96, 72, 24].map((width) => mul(tokens(width, [4, 17, width]), 1)));
  forward(tokens(1)).dispose();
  for (const each of held) await expect(each).toBeAllClose(tokens(each.shape[2]!, each.shape), exact);
});

test("repeats attention with a bias, and a mask of bits or of numbers", async () => {
  const model = track(new Linear(24, 24).init(1));
  const shares = () => seeded(3).uniforms([1, 17, 17]) as Tensor3D;
  const plain = (x: Tensor3D): Tensor =>
    tidy(() => {
      const [y, bias] = [model.forward(x), shares()];
      const bits = tensor(new Uint8Array(17 * 17).fill(1, 40), [1, 17, 17], "bool") as Tensor3D;
      const seen = attention(x, y, y, { heads: 2, bias, mask: bits });
      return attention(seen, y, y, { heads: 2, mask: relu(sub(shares(), 0.2)) });
    });
  await expectReplays(replayed(model, plain), plain);
});
