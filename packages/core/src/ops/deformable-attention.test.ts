// Multi-scale deformable attention against transformers' in float64: values, and the gradients of all three inputs.
import { type Tensor, type Tensor3D, fill, grads, ones, reshape, slice, tensor, zeros } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, readGoldens, restore, seeded } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { withFakeKernels } from "../__fixtures__/fake-kernels.ts";
import { type DeformableInputs, deformableAttention } from "./deformable-attention.ts";
import type { DeformableGrid } from "./deformable-samples.ts";

const goldens = await readGoldens(new URL("../__fixtures__/deformable_attention.safetensors", import.meta.url));
const exact = { rtol: 1e-4, atol: 1e-5 };
const { heads, points } = goldens.config as { heads: number; points: number };
const sides = goldens.get("shapes").data;
const grids = Array.from({ length: sides.length / 2 }, (_, i) => [sides[2 * i]!, sides[2 * i + 1]!] as const);
const stored = (name: string): Tensor3D => {
  const { shape } = goldens.get(name);
  return reshape(restore(goldens.get(name)), [shape[0]!, shape[1]!, -1]);
};
const inputsOf = ([value, locations, weights]: readonly Tensor[]) =>
  ({ value, locations, weights }) as unknown as DeformableInputs;

test("equals the reference", async () => {
  const inputs = inputsOf(["value", "locations", "weights"].map(stored));
  await expect(deformableAttention(inputs, { heads, points, grids })).toBeAllClose(stored("out"), exact);
});

test("has its gradients", async () => {
  const names = ["value", "locations", "weights"];
  const slopes = grads((...all: Tensor[]) => deformableAttention(inputsOf(all), { heads, points, grids }))(
    names.map(stored),
    stored("probe"),
  );
  for (const [i, name] of names.entries())
    await expect(slopes[i]!, name).toBeAllClose(stored(`grads/${name}`), { rtol: 1e-4, atol: 1e-4 });
});

test("equals it on places and on borders", async () => {
  const locations = stored("edge/locations");
  const [b, q] = locations.shape;
  const value = slice(stored("value"), [0, 0, 0], [b, -1, -1]);
  const weights: Tensor3D = fill([b, q, heads * grids.length], 1 / 3);
  const y = deformableAttention({ value, locations, weights }, { heads, points: 1, grids });
  await expect(y).toBeAllClose(stored("edge/out"), exact);
});

describe("on a map of one row", () => {
  const grid: DeformableGrid = { heads: 1, points: 1, grids: [[1, 2]] };
  const value = tensor([10, 20], [1, 2, 1]) as Tensor3D;
  const weights = ones([1, 1, 1]) as Tensor3D;
  const at = (x: number, y = 0.5) =>
    deformableAttention({ value, locations: tensor([x, y], [1, 1, 2]) as Tensor3D, weights }, grid);

  test("a place's centre is its value, the border half of it, and what lies outside nothing", async () => {
    for (const [x, expected] of [
      [0.25, 10],
      [0.75, 20],
      [0.5, 15],
      [0, 5],
      [1, 10],
      [1.25, 0],
      [-5, 0],
      [1e30, 0],
      [Number.NaN, 0],
    ] as const)
      // prettier-ignore
      await expect(at(x)).toBeAllClose(tensor([expected], [1, 1, 1]), exact);
    await expect(at(0.25, -Infinity)).toBeAllClose(zeros([1, 1, 1]));
  });
});

test("has the gradient of its differences", async () => {
  const random = seeded(3);
  const grid: DeformableGrid = { heads: 2, points: 1, grids: [[3, 4], [2, 2]] }; // prettier-ignore
  // Between places, where moving a little crosses no line.
  const locations = tensor(Array.from({ length: 16 }, (_, i) => (i % 2 ? 0.33 : 0.47) + random.uniform() / 50), [1, 2, 8]); // prettier-ignore
  const inputs = [random.normals([1, 16, 6]), locations, random.normals([1, 2, 4])];
  await checkGradients((...all) => deformableAttention(inputsOf(all), grid), inputs, { step: 2 ** -9, rtol: 1e-2 });
});

test("calls a registered kernel, and one for the gradient", () => {
  const fakes = {
    TesseraDeformableAttention: () => [1, 2, 4],
    TesseraDeformableAttentionGrad: () => [1, 6, 4],
  };
  const inputs = [zeros([1, 6, 4]), zeros([1, 2, 8]), zeros([1, 2, 4])];
  const grid: DeformableGrid = { heads: 2, points: 2, grids: [[2, 3]] };
  const { calls } = withFakeKernels(fakes, () => deformableAttention(inputsOf(inputs), grid));
  expect(calls).toEqual([
    {
      kernel: "TesseraDeformableAttention",
      inputs: { value: [1, 6, 4], locations: [1, 2, 8], weights: [1, 2, 4] },
      attrs: grid,
    },
  ]);
});

test("refuses what does not fit", () => {
  const given = inputsOf([zeros([1, 6, 4]), zeros([1, 2, 8]), zeros([1, 2, 4])]);
  const grid: DeformableGrid = { heads: 2, points: 2, grids: [[2, 3]] };
  expect(() => deformableAttention(given, { ...grid, grids: [[2, 2]] })).toThrow(
    "deformableAttention value: expected shape [b, 4, width], got [1, 6, 4]",
  );
  expect(() => deformableAttention(given, { ...grid, heads: 3 })).toThrow(
    "deformableAttention: expected a width divisible by heads, got 4 / 3",
  );
  expect(() => deformableAttention(given, { ...grid, points: 1 })).toThrow("deformableAttention weights");
});

test("leaks nothing", async () => {
  const inputs = [zeros([1, 6, 4]), zeros([1, 2, 8]), zeros([1, 2, 4])];
  const grid: DeformableGrid = { heads: 2, points: 2, grids: [[2, 3]] };
  await expectNoLeak(() => {
    for (const slope of grads((...all: Tensor[]) => deformableAttention(inputsOf(all), grid))(inputs)) slope.dispose();
  });
});
