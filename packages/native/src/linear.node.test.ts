import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  fill,
  matMul,
  setBackend,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import { type Activation, activate, activationGrad, linear, linearGrad } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";
import { configureNative, nativeStatus } from "./index.ts";

const activations: Activation[] = ["gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];
const rows = [1, 3, 15, 16, 17, 31, 33, 196, 197, 577];

test("the addon was built and loads", () => {
  expect(nativeStatus()).toMatchObject({ available: true, reason: "" });
});

afterEach(() => configureNative({ precision: "f32" }));

describe.each(isas)("%s", (isa) => {
  test.each(rows)("linear of %i rows", async (n) => {
    useIsa(isa);
    for (const [inputs, out] of [
      [7, 5],
      [33, 45],
      [64, 70],
    ] as const) {
      // prettier-ignore
      const parts = [given(n, [1, n, inputs]), given(2, [out, inputs], 0.3)];
      await expectSame((x, weight) => linear(x!, weight as Tensor2D), parts);
    }
  });

  test.each(activations)("linear with bias, %s, scale and residual in one pass", async (activation) => {
    useIsa(isa);
    const shapes = [[2, 17, 33], [45, 33], [45], [45], [2, 17, 45]]; // prettier-ignore
    await expectSame(
      (x, weight, bias, scale, residual) =>
        linear(x!, weight as Tensor2D, {
          bias: bias as Tensor1D,
          activation,
          scale: scale as Tensor1D,
          residual,
        }),
      shapes.map((shape, i) => given(i, shape)),
      { atol: 1e-4 },
    );
  });

  test("linear whose rows fall on the same cache sets, in several blocks", async () => {
    useIsa(isa);
    await expectSame(
      (x, weight) => linear(x!, weight as Tensor2D),
      [given(1, [23, 1024]), given(2, [37, 1024], 0.05)],
      { atol: 5e-5 },
    );
  });

  test("linear of no rows", async () => {
    useIsa(isa);
    await expectSame((weight) => linear(zeros([0, 7]), weight as Tensor2D), [given(2, [5, 7])]);
  });

  test("linear in bf16 is within the precision of its weights", async () => {
    useIsa(isa);
    configureNative({ precision: "bf16" });
    const parts = [given(1, [31, 100]), given(2, [45, 100], 0.1)];
    await expectSame((x, weight) => linear(x!, weight as Tensor2D), parts, { rtol: 1e-2, atol: 1.5e-2 });
  });

  test.each(activations)("%s and its slope", async (activation) => {
    useIsa(isa);
    const values = given(3, [1, 1003], 3);
    values.values.set([Number.NaN, Number.POSITIVE_INFINITY, 0, -0, 1e-40, -1e-40, 1e30]);
    await expectSame((x) => activate(x!, activation), [values], { atol: 2e-6 });
    const finite = given(3, [1, 1003], 3);
    await expectSame((dy, x) => activationGrad(dy!, x!, activation), [given(4, [1, 1003]), finite], { atol: 5e-6 });
  });

  test.each(rows)("gradients of linear with %i rows", async (n) => {
    useIsa(isa);
    const shapes = [[n, 45], [n, 33], [45, 33]]; // prettier-ignore
    await expectSame(
      (dy, x, weight) => {
        const grads = linearGrad(dy!, x!, weight as Tensor2D);
        return [grads.x(), grads.weight(), grads.bias()];
      },
      shapes.map((shape, i) => given(i, shape)),
      { atol: 1e-4 },
    );
  });

  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])(
    // prettier-ignore
    "matMul, left transposed %s, right transposed %s",
    async (left, right) => {
      useIsa(isa);
      for (const [batchA, batchB] of [
        [[], []],
        [[5], [5]],
        [
          [2, 3],
          [2, 3],
        ],
        [[4], [1]],
        [[1], [4]],
      ] as const) {
        // prettier-ignore
        const [m, n, k] = [17, 35, 19];
        const a = given(1, [...batchA, ...(left ? [k, m] : [m, k])]);
        const b = given(2, [...batchB, ...(right ? [n, k] : [k, n])]);
        await expectSame((p, q) => matMul(p!, q!, left, right), [a, b]);
      }
    },
  );
});

test("a weight that changes is packed anew, and one that goes takes its panels along", async () => {
  await setBackend("native");
  const x = given(1, [3, 20]);
  for (const seed of [5, 6, 7])
    await expectSame((a, weight) => linear(a!, weight as Tensor2D), [x, given(seed, [9, 20])]);
  await setBackend("native");
  await expectNoLeak(() => tidy(() => void linear(zeros([3, 20]), zeros([9, 20]) as Tensor2D)));
});

test("what a user has read stays as it was when its array could serve again", async () => {
  await setBackend("native");
  const multiply = (seed: number) =>
    tidy(() => {
      const weight = zeros([64, 64]) as Tensor2D;
      return linear<Tensor>(zeros([64, 64]), weight, { residual: fill([64, 64], seed) });
    });
  const first = multiply(1);
  const read = first.dataSync();
  first.dispose();
  const second = multiply(2);
  expect(read[0]).toBe(1);
  expect(second.dataSync()[0]).toBe(2);
  second.dispose();
});
