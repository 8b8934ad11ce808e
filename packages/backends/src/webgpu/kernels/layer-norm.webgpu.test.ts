import { type Tensor1D, tensor } from "@tensorflow/tfjs-core";
import { layerNorm, layerNormGrad } from "@tessera/core";
import { checkGradients, composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { oddRows } from "./__fixtures__/odd-rows.ts";

function random(seed: number, shape: number[], middle = 0) {
  const { normal } = seeded(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => middle + normal()),
    shape,
  );
}

/** Threads of a row from 4 to 64, in fours of numbers or one by one; rows about and beyond what a workgroup takes. */
const widths = [1, 6, 24, 33, 64, 130, 192, 300];

test.each(oddRows)("layerNorm equals the composed definition with %i rows of any width", async (rows) => {
  for (const width of widths) {
    const x = random(1, [rows, width], 3);
    const [gamma, beta] = [random(2, [width], 1) as Tensor1D, random(3, [width]) as Tensor1D];
    await expect(layerNorm(x, gamma, beta, 1e-6)).toBeAllClose(composed(() => layerNorm(x, gamma, beta, 1e-6)));
  }
});

test.each(oddRows)("its gradients equal the composed definition with %i rows of any width", async (rows) => {
  for (const width of widths) {
    const [dy, x, gamma] = [random(4, [rows, width]), random(1, [rows, width]), random(2, [width], 1) as Tensor1D];
    const expected = composed(() => layerNormGrad(dy, x, gamma, 1e-6));
    const got = layerNormGrad(dy, x, gamma, 1e-6);
    for (const [i, gradient] of got.entries()) await expect(gradient).toBeAllClose(expected[i]!, { atol: 5e-5 });
  }
});

test("layerNorm takes rows far from zero without losing them", async () => {
  const x = random(1, [5, 48], 1000);
  const [gamma, beta] = [random(2, [48], 1) as Tensor1D, random(3, [48]) as Tensor1D];
  await expect(layerNorm(x, gamma, beta, 1e-6)).toBeAllClose(composed(() => layerNorm(x, gamma, beta, 1e-6)), { atol: 1e-3 }); // prettier-ignore
});

test("gradients of layerNorm agree with differences", async () => {
  await checkGradients(
    (x, gamma, beta) => layerNorm(x!, gamma as Tensor1D, beta as Tensor1D, 1e-5),
    [random(1, [3, 7]), random(2, [7], 1), random(3, [7])],
  );
});
