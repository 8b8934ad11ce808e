// Values and gradients against PyTorch are in layers.goldens.test.ts.
import { type Tensor, type Tensor1D, type Tensor3D, add, mul, slice, sum, tensor3d } from "@tensorflow/tfjs-core";
import { checkGradients, expectNoLeak, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { capture } from "../capture.ts";
import type { Context } from "../context.ts";
import { attention } from "../ops/attention.ts";
import { CrossAttention } from "./cross-attention.ts";

const x = seeded(1).normals([2, 3, 4]) as Tensor3D;
const memory = seeded(2).normals([2, 5, 6]) as Tensor3D;

test("attends to the memory: weights sum to 1 over its tokens", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }).init(1);
  const model = { forward: (z: Tensor3D, ctx?: Context) => layer.forward(z, ctx, { memory }) };
  const seen = capture(model, x, ["weights", "proj", "q", "kv"]);
  expect(seen["weights"]!.shape).toEqual([2, 2, 3, 5]);
  await expect(sum(seen["weights"]!, -1)).toBeAllClose({ shape: [2, 2, 3], data: Array.from({ length: 12 }, () => 1) });
  await expect(seen["proj"]!).toBeAllClose(layer.forward(x, {}, { memory }));
});

test("a masked token of the memory might not be there", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6, qkvBias: false }).init(1);
  const first = layer.forward(x, {}, { memory: slice(memory, [0, 0, 0], [2, 1, 6]) });
  const mask = tensor3d([1, 0, 0, 0, 0], [1, 1, 5]);
  await expect(layer.forward(x, {}, { memory, mask })).toBeAllClose(first);
});

test("positions are of queries and keys alone, and the result goes into a residual", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }).init(1);
  const queryPositions = seeded(3).normals([1, 3, 4]) as Tensor3D;
  const keyPositions = seeded(4).normals([2, 5, 6]) as Tensor3D;
  const [residual, scale] = [seeded(5).normals([2, 3, 4]) as Tensor3D, seeded(6).normals([4]) as Tensor1D];
  const q = layer.q.forward(add<Tensor3D>(x, queryPositions));
  const k = slice(layer.kv.forward(add(memory, keyPositions)), [0, 0, 0], [2, 5, 4]) as Tensor3D;
  const v = slice(layer.kv.forward(memory), [0, 0, 4], [2, 5, 4]) as Tensor3D;
  const expected = layer.proj.forward(attention(q, k, v, { heads: 2 }));
  const inputs = { memory, queryPositions, keyPositions };
  await expect(layer.forward(x, {}, inputs)).toBeAllClose(expected);
  await expect(layer.forward(x, {}, { ...inputs, residual, scale })).toBeAllClose(add(residual, mul(expected, scale)));
  const forward = (z: Tensor, m: Tensor, p: Tensor) =>
    layer.forward(z as Tensor3D, {}, { ...inputs, memory: m as Tensor3D, keyPositions: p as Tensor3D });
  await checkGradients(forward as never, [x, memory, keyPositions], { samples: 8, rtol: 2e-2 });
});

test("refuses to look at nothing, and shapes that do not fit", () => {
  expect(() => new CrossAttention({ width: 4, heads: 3 })).toThrow(
    "CrossAttention: expected a width divisible by heads, got 4 / 3",
  );
  using layer = new CrossAttention({ width: 4, heads: 2 }).init(1);
  expect(() => layer.forward(x)).toThrow("CrossAttention: expected tokens to look at, got none; pass { memory }");
  expect(() => layer.forward(x, {}, { memory })).toThrow(
    "CrossAttention memory: expected shape [2, m, 4], got [2, 5, 6]",
  );
  expect(() => layer.forward(memory, {}, { memory })).toThrow(
    "CrossAttention: expected shape [b, n, 4], got [2, 5, 6]",
  );
});

test("leaks nothing", async () => {
  using layer = new CrossAttention({ width: 4, heads: 2, memoryWidth: 6 }).init(1);
  await expectNoLeak(() => layer.forward(x, {}, { memory }).dispose());
});
