// On every backend; what a backend that can repeat forwards makes of them is tested there and by the models.
import { type Tensor, type Tensor2D, grad, mul, square, sum, tidy } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { Linear } from "../layers/linear.ts";
import { replayed } from "./replayed.ts";
import { warmUp } from "../warm-up.ts";

const input = (seed: number) => seeded(seed).normals([3, 4]) as Tensor2D;

test("gives what the forward gives, for every input and after every change", async () => {
  using layer = new Linear(4, 2).init(1);
  const forward = replayed(layer, (x: Tensor2D) => layer.forward(x));
  for (const seed of [1, 2, 3]) {
    layer.init(seed);
    for (const each of [1, 2, 3, 4]) {
      const x = input(each);
      await expect(forward(x)).toBeAllClose(layer.forward(x), { rtol: 1e-6, atol: 1e-6 });
    }
  }
});

test("is differentiable", async () => {
  using layer = new Linear(4, 2).init(1);
  const forward = replayed(layer, (x: Tensor2D) => layer.forward(x));
  await checkGradients((x) => forward(x as Tensor2D), [input(1)]);
  const slope = grad((x: Tensor) => sum(mul(forward(x as Tensor2D), 2)));
  const expected = grad((x: Tensor) => sum(mul(layer.forward(x as Tensor2D), 2)));
  await expect(slope(input(2))).toBeAllClose(expected(input(2)));
});

test("takes gradients within the forward", async () => {
  using layer = new Linear(4, 2).init(1);
  const slope = grad((x: Tensor) => sum(square(layer.forward(x as Tensor2D)))) as (x: Tensor2D) => Tensor2D;
  const forward = replayed(layer, slope);
  for (const each of [1, 2, 3, 4]) {
    await expect(forward(input(each))).toBeAllClose(slope(input(each)), { rtol: 1e-6, atol: 1e-6 });
  }
});

test("leaves nothing behind, nor does its warm-up", async () => {
  using layer = new Linear(4, 2).init(1);
  const forward = replayed(layer, (x: Tensor2D) => layer.forward(x));
  const x = input(1);
  await expectNoLeak(() => tidy(() => forward(x)).dispose(), { runs: 4 });
  await expectNoLeak(() => warmUp(forward, x));
});

test("a warm-up runs the forward and takes an abort for an answer", async () => {
  using layer = new Linear(4, 2).init(1);
  let runs = 0;
  const forward = (x: Tensor2D) => {
    runs++;
    return layer.forward(x);
  };
  const signal = AbortSignal.abort(new Error("not wanted"));
  await expect(warmUp(forward, input(1), { signal })).rejects.toThrow("not wanted");
  expect(runs).toBe(0);
  await warmUp(forward, input(1));
  expect(runs).toBeGreaterThan(0);
});
