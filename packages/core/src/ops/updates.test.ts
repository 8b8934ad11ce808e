import {
  type Tensor,
  type Tensor2D,
  type Variable,
  matMul,
  memory,
  tensor,
  tidy,
  transpose,
  variable,
  zeros,
} from "@tensorflow/tfjs-core";
import { expectNoLeak, seeded } from "@tessera/testing";
import { afterEach, describe, expect, test } from "vitest";
import { documented, withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { adamUpdate } from "./adam-update.ts";
import { averageUpdate } from "./average-update.ts";
import { lambUpdate } from "./lamb-update.ts";
import { muonUpdate, orthogonalized } from "./muon-update.ts";
import { sgdUpdate } from "./sgd-update.ts";
import { sumOfSquares } from "./sum-of-squares.ts";

const made: Variable[] = [];

afterEach(() => {
  for (const one of made.splice(0)) one.dispose();
});

function renewable(values: readonly number[]): Variable {
  const found = tidy(() => variable(tensor([...values]), false));
  made.push(found);
  return found;
}

const drawn = (seed: number) => Array.from({ length: 7 }, seeded(seed).normal.bind(undefined, 0, 1));
const [w, g, m] = [drawn(1), drawn(2), drawn(3)];
const v = drawn(4).map((value) => value ** 2);

describe("against the formula:", () => {
  test("gradient descent", async () => {
    const weight = renewable(w);
    sgdUpdate(weight, tensor(g), undefined, { rate: 0.1, scale: 2, weightDecay: 0.3 });
    await expect(weight).toBeAllClose(w.map((one, i) => one - 0.1 * (2 * g[i]! + 0.3 * one)));
  });

  test.each([true, false])("its velocity, Nesterov's %s", async (nesterov) => {
    const [weight, velocity] = [renewable(w), renewable(m)];
    const next = m.map((one, i) => 0.9 * one + 0.8 * g[i]!);
    sgdUpdate(weight, tensor(g), velocity, { rate: 0.1, momentum: 0.9, dampening: 0.2, nesterov });
    await expect(velocity).toBeAllClose(next);
    await expect(weight).toBeAllClose(w.map((one, i) => one - 0.1 * (nesterov ? g[i]! + 0.9 * next[i]! : next[i]!)));
  });

  test.each([true, false])("Adam, decay decoupled %s", async (decoupled) => {
    const [weight, mean, variance] = [renewable(w), renewable(m), renewable(v)];
    adamUpdate(weight, tensor(g), mean, variance, { rate: 0.1, step: 2, scale: 2, weightDecay: 0.3, decoupled });
    const slopes = g.map((one, i) => 2 * one + (decoupled ? 0 : 0.3 * w[i]!));
    const means = slopes.map((one, i) => 0.9 * m[i]! + 0.1 * one);
    const variances = slopes.map((one, i) => 0.999 * v[i]! + 0.001 * one ** 2);
    const steps = means.map((one, i) => one / (1 - 0.9 ** 2) / (Math.sqrt(variances[i]! / (1 - 0.999 ** 2)) + 1e-8));
    await expect(mean).toBeAllClose(means);
    await expect(variance).toBeAllClose(variances);
    await expect(weight).toBeAllClose(w.map((one, i) => one * (decoupled ? 0.97 : 1) - 0.1 * steps[i]!));
  });

  test("LAMB's step is as long as its weight", async () => {
    const [weight, mean, variance] = [renewable(w), renewable(m), renewable(v)];
    lambUpdate(weight, tensor(g), mean, variance, { rate: 0.1, step: 1, weightDecay: 0.3 });
    const moved = [...(await weight.data())].map((one, i) => one - w[i]!);
    expect(Math.hypot(...moved)).toBeCloseTo(0.1 * Math.hypot(...w), 5);
    const zero = renewable(w.map(() => 0));
    lambUpdate(zero, tensor(g), renewable(m), renewable(v), { rate: 0.1, step: 1, weightDecay: 0.3 });
    expect(Math.hypot(...(await zero.data()))).toBeGreaterThan(0.01);
  });

  test("Muon's step is orthogonal", async () => {
    const matrix = seeded(5).normals([4, 9]) as Tensor2D;
    for (const x of [orthogonalized(matrix), transpose(orthogonalized(transpose(matrix)))]) {
      const product = [...(await matMul(x, x, false, true).data())];
      for (const [i, value] of product.entries()) {
        const [row, column] = [Math.floor(i / 4), i % 4];
        // Singular values are only brought near 1.
        expect(Math.abs(value - Number(row === column))).toBeLessThan(0.5);
      }
    }
    const weight = renewable(w);
    expect(() => muonUpdate(weight, tensor(g), renewable(m), { rate: 1 })).toThrow("muonUpdate: expected a matrix, got a weight of shape [7]"); // prettier-ignore
  });

  test("an average, and a sum of squares", async () => {
    const average = renewable(w);
    averageUpdate(average, tensor(g), 0.75);
    await expect(average).toBeAllClose(w.map((one, i) => 0.75 * one + 0.25 * g[i]!));
    const sum = [...w, ...g, 4].reduce((total, one) => total + one ** 2, 0);
    await expect(sumOfSquares([tensor(w), tensor(g), tensor(2 * 2)])).toBeAllClose(sum);
    expect(() => sumOfSquares([])).toThrow("sumOfSquares: expected tensors, got none");
  });
});

test("an average of what never changes stays as it is, however slow it is", async () => {
  const values = renewable(w);
  const average = renewable(w);
  for (let step = 0; step < 50; step++) averageUpdate(average, values, 0.9999);
  await expect(average).toBeAllClose(values, { rtol: 0, atol: 0 });
});

const calls: [string, (...renewed: Variable[]) => void, number][] = [
  ["TesseraSgdUpdate", (a, b) => sgdUpdate(a!, b!, undefined, { rate: 1 }), 2],
  ["TesseraSgdUpdate", (a, b, c) => sgdUpdate(a!, b!, c, { rate: 1 }), 3],
  ["TesseraAdamUpdate", (a, b, c, d) => adamUpdate(a!, b!, c!, d!, { rate: 1, step: 1 }), 4],
  ["TesseraLambUpdate", (a, b, c, d) => lambUpdate(a!, b!, c!, d!, { rate: 1, step: 1 }), 4],
  ["TesseraAverageUpdate", (a, b) => averageUpdate(a!, b!, 0.9), 2],
];

test.each(calls)("%s is one op, leaks nothing and takes one shape only", async (kernel, run, count) => {
  const variables = Array.from({ length: count }, () => renewable(w));
  await expectNoLeak(() => run(...variables));
  const seen = withFakeKernels(documented, () => run(...variables)).calls;
  expect(seen).toMatchObject([{ kernel }]);
  expect(Object.keys(seen[0]!.inputs)).toHaveLength(count);
  const others = [variables[0]!, tidy(() => variable(zeros([6]), false)), ...variables.slice(2)];
  const { numTensors } = memory();
  expect(() => run(...others)).toThrow(/Update: expected values of shape \[7\], got \[6\]/);
  expect(memory().numTensors).toBe(numTensors);
  (others[1] as Tensor).dispose();
});
