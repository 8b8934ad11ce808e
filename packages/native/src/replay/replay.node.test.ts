import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  cast,
  concat,
  gather,
  mean,
  mul,
  pad,
  relu,
  reshape,
  reverse,
  scalar,
  setBackend,
  sub,
  tensor,
  tensor1d,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { Linear, attention, linear, replayed } from "@tessera/core";
import { expectNoLeak, kernelsRun, seeded } from "@tessera/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { isas, useIsa } from "../__fixtures__/both.ts";
import { expectReplays, expectRight, isReplay, newBlock, settle, tokens, track } from "./__fixtures__/replays.ts";

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
    for (const x of [make(), moved]) await expect(forward(x)).toBeAllClose(block.forward(x), { rtol: 0, atol: 0 });
  }
  const x = makers[1]!();
  expect(isReplay(() => forward(x))).toBe(true);
});

test("gives tensors of their own", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  settle(forward);
  const plain = (seed: number) => block.forward(tokens(seed));
  const exact = { rtol: 0, atol: 0 };
  const [first, second] = [forward(tokens(1)), forward(tokens(2))];
  await expect(first).toBeAllClose(plain(1), exact);
  await expect(second).toBeAllClose(plain(2), exact);
  first.dispose();
  await expect(forward(tokens(3))).toBeAllClose(plain(3), exact);
  await expect(second).toBeAllClose(plain(2), exact);
});

test("takes no array that a tensor has", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  settle(forward);
  const held = tidy(() => [96, 72, 24].map((width) => mul(tokens(width, [4, 17, width]), 1)));
  forward(tokens(1)).dispose();
  for (const each of held) await expect(each).toBeAllClose(tokens(each.shape[2]!, each.shape), { rtol: 0, atol: 0 });
});

test("every shape is recorded apart", async () => {
  const block = newBlock();
  const forward = replayed(block, (x: Tensor3D) => block.forward(x));
  const shapes = [1, 2, 3].map((b) => [b, 5 + b, 24]);
  for (const shape of shapes) settle(forward, shape);
  for (const shape of shapes) {
    expect(isReplay(() => forward(tokens(1, shape)))).toBe(true);
    await expectRight(forward, (x) => block.forward(x), shape);
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
  await expectReplays(outer, (x) => block.forward(block.forward(x)));
});

describe("repeats", () => {
  const shares = () => seeded(3).uniforms([1, 17, 17]) as Tensor3D;
  const cases: [string, (x: Tensor3D, model: Linear) => Tensor][] = [
    ["scalars", (x, model) => add(mul(model.forward(add(x, 1)), scalar(3)), 0.5)],
    ["a pad of every value", (x, model) => concat([pad(model.forward(x), [[0, 0], [1, 2], [0, 3]], -2), pad(x, [[0, 0], [0, 3], [3, 0]])], 0)], // prettier-ignore
    ["a pad into an array that serves again", (x) => mul(tidy(() => mul(pad(x, [[0, 0], [1, 2], [0, 0]], 3), 2)), 5)], // prettier-ignore
    ["means", (x, model) => add(mean(model.forward(x), 1, true), mean(x, [1, 2], true))],
    ["pictures mirrored", (x, model) => mul(add(model.forward(x), model.forward(reverse(x, 1))), 0.5)],
    ["what is gathered", (x, model) => gather(model.forward(x), tensor1d([3, 0, 16], "int32"), 1)],
    [
      "attention with a bias, and a mask of bits or of numbers",
      (x, model) => {
        const [y, bias] = [model.forward(x), shares()];
        const bits = tensor(new Uint8Array(17 * 17).fill(1, 40), [1, 17, 17], "bool") as Tensor3D;
        const seen = attention(x, y, y, { heads: 2, bias, mask: bits });
        return attention(seen, y, y, { heads: 2, mask: relu(sub(shares(), 0.2)) });
      },
    ],
    // tfjs-backend-cpu turns the weight, a constant then, and has its array from then on.
    ["a weight that is made of another in JavaScript", (x, { weight }) => linear(x, turned(weight.value))],
    ["a weight that is made of another by the addon", (x, { weight }) => linear(x, add(weight.value, 1) as Tensor2D)],
    [
      "bias and layer scale that are made anew",
      (x, { weight }) => {
        const [bias, scale] = [mean(weight.value, 0) as Tensor1D, tensor1d(new Float32Array(24).fill(2))];
        return linear(x, weight.value as Tensor as Tensor2D, { bias, scale, residual: x });
      },
    ],
  ];
  test.each(cases)("%s", async (_, of) => {
    const model = track(new Linear(24, 24).init(1));
    const plain = (x: Tensor3D) => tidy(() => of(x, model));
    await expectReplays(replayed(model, plain), plain);
  });
});

/** Transposed, by way of a permutation that is tfjs-backend-cpu's. */
function turned(weight: Tensor): Tensor2D {
  const [out, width] = weight.shape as [number, number];
  const apart: Tensor4D = transpose(reshape(weight, [out, 1, width, 1]), [2, 1, 0, 3]);
  return reshape(apart, [width, out]);
}

test("constants stay as they were, also in an array that is filled again", async () => {
  const layer = track(new Linear(24, 24).init(1));
  const scratch = new Float32Array(2 * 30 * 24);
  const plain = (x: Tensor3D) =>
    tidy(() => {
      let y = layer.forward(x);
      for (let i = 0; i < 40; i++) {
        const constant = tensor(scratch.fill(i), x.shape);
        y = tidy(() => add(mul(y, 0.5), constant));
        constant.dispose();
      }
      return y;
    });
  await expectReplays(replayed(layer, plain), plain, [2, 30, 24]);
});
