import { type Tensor, type Tensor2D, fill, matMul, setBackend, tidy, zeros } from "@tensorflow/tfjs-core";
import { linear } from "@tessera/core";
import { expectNoLeak } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";
import { configureNative, nativeStatus } from "./index.ts";

test("the addon was built and loads", () => {
  expect(nativeStatus()).toMatchObject({ available: true, reason: "" });
});

afterEach(() => configureNative({ precision: "f32" }));

describe.each(isas)("%s", (isa) => {
  test("linear in bf16 is within the precision of its weights", async () => {
    useIsa(isa);
    configureNative({ precision: "bf16" });
    const parts = [given(1, [31, 100]), given(2, [45, 100], 0.1)];
    await expectSame((x, weight) => linear(x!, weight as Tensor2D), parts, { rtol: 1e-2, atol: 1.5e-2 });
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
