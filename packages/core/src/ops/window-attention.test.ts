// Against timm's models, values and gradients: packages/swin/src/model.goldens.test.ts.
import { type Tensor, type Tensor1D, type Tensor3D, concat, gather, slice, tensor1d } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { ShapeError } from "../errors.ts";
import { selfAttention } from "./self-attention.ts";
import { type WindowAttentionOptions, windowAttention, windowAttentionWeights } from "./window-attention.ts";

const shifted = { grid: [3, 5], window: [2, 2], shift: [1, 1], padFirst: false, heads: 2 } as const;

function draw(seed = 1) {
  const random = seeded(seed);
  const [qkv, bias, padding] = [random.normals([2, 15, 12]), random.normals([2, 4, 4]), random.normals([12])];
  return { qkv: qkv as Tensor3D, bias: bias as Tensor3D, padding: padding as Tensor1D };
}

test("without a shift, each window is attention by itself", async () => {
  const random = seeded(2);
  const [qkv, bias] = [random.normals([1, 8, 12]) as Tensor3D, random.normals([2, 4, 4]) as Tensor3D];
  const whole = { ...shifted, grid: [2, 4], shift: [0, 0] } as const;
  const windows = [[0, 1, 4, 5], [2, 3, 6, 7]].map((tokens) =>
    selfAttention(gather(qkv, tensor1d(tokens, "int32"), 1), { heads: 2, bias }),
  ); // prettier-ignore
  const expected = gather(concat(windows, 1), tensor1d([0, 1, 4, 5, 2, 3, 6, 7], "int32"), 1);
  await expect(windowAttention(qkv, { ...whole, bias })).toBeAllClose(expected);
});

test("weights of a query sum to one, and none goes across the border of a shifted map", async () => {
  const { qkv, bias, padding } = draw();
  const weights = windowAttentionWeights(qkv, { ...shifted, bias, padding });
  expect(weights.shape).toEqual([2 * 6, 2, 4, 4]);
  const last = [...(await slice(weights, [5, 0, 0, 0], [1, 1, 4, 4]).data())];
  for (const [i, weight] of last.entries()) expect(weight).toBeCloseTo(i % 5 === 0 ? 1 : 0, 6);
});

test.each([
  ["a shift", shifted],
  ["padding before the shift", { ...shifted, padFirst: true }],
  ["plain windows", { ...shifted, shift: [0, 0] }],
] as const)("gradients with %s are those by differences", async (_, options) => {
  const { qkv, bias, padding } = draw();
  const f = (x?: Tensor, b?: Tensor, p?: Tensor) =>
    windowAttention(x as Tensor3D, { ...options, bias: b as Tensor3D, padding: p as Tensor1D });
  await checkGradients(f, [qkv, bias, padding], { samples: 12 });
});

test("padding is zeros unless given", async () => {
  const { qkv, bias } = draw();
  const given = windowAttention(qkv, { ...shifted, bias, padding: tensor1d(Array.from({ length: 12 }, () => 0)) });
  await expect(windowAttention(qkv, { ...shifted, bias })).toBeAllClose(given);
});

test("leaks nothing", async () => {
  const { qkv, bias, padding } = draw();
  await expectNoLeak(() => {
    windowAttention(qkv, { ...shifted, bias, padding }).dispose();
    windowAttentionWeights(qkv, { ...shifted, bias }).dispose();
  });
});

test.each<[Partial<WindowAttentionOptions>, string]>([
  [{ grid: [3, 4] }, "windowAttention: expected shape [b, 12, 3·h·d], got [2, 15, 12]"],
  [{ heads: 5 }, "windowAttention: expected a width divisible by 3 · 5 heads, got 12"],
  [{ shift: [2, 0] }, "windowAttention: expected a shift of less than a window of 2×2, got 2×0"],
  [{ window: [2, 3] }, "windowAttention bias: expected shape [2, 6, 6], got [2, 4, 4]"],
  [{ padding: tensor1d([1]) }, "windowAttention padding: expected shape [12], got [1]"],
])("refuses %o", (change, message) => {
  const { qkv, bias } = draw();
  const run = () => windowAttention(qkv, { ...shifted, bias, ...change });
  expect(run).toThrow(ShapeError);
  expect(run).toThrow(message);
});
